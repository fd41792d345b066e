import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { messageOf } from '@countersign/core';
import type { AddressGroup } from '../../config/feeds/feed-common.ts';
import { classifyAddress } from './address-class.ts';
import { SinkError } from './sink.ts';

type ResolvedAddress = { readonly address: string; readonly family: number };

/** Resolves a name to its addresses. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: ResolveHost = (host) => systemLookup(host, { all: true });

export type EgressOptions = {
  /** The configured hosts: names or IP addresses, without ports or brackets. */
  readonly hosts: readonly string[];
  readonly allow: readonly AddressGroup[];
  readonly resolve: ResolveHost;
};

/**
 * Where a feed may connect to: the configured hosts only, and not to addresses that those names
 * should never have. An attacker who controls a name of the receiver must not reach a metadata
 * service or a machine inside the company (server-side request forgery).
 */
export class Egress {
  readonly #hosts: ReadonlySet<string>;
  readonly #allow: ReadonlySet<string>;
  readonly #resolve: ResolveHost;

  constructor({ hosts, allow, resolve }: EgressOptions) {
    this.#hosts = new Set(hosts.map(plainHost));
    this.#allow = new Set(allow);
    this.#resolve = resolve;
  }

  /**
   * Checks a host before a connection. Node connects to an IP address without {@link lookup}.
   * @throws SinkError MISCONFIGURED
   */
  check(host: string): void {
    const plain = plainHost(host);
    if (!this.#hosts.has(plain)) {
      const message = `refused to call ${plain}: the feed is not configured to call this host`;
      throw new SinkError('MISCONFIGURED', message);
    }
    if (isIP(plain) !== 0 && !this.#isAllowed(plain)) {
      throw new SinkError('MISCONFIGURED', refusal(plain, plain));
    }
  }

  /**
   * The `lookup` option of every connection. It checks the addresses of the name at the time of the
   * connection, and the connection goes to one of exactly these. So a name whose address changes
   * between check and connection (DNS rebinding) gains nothing.
   */
  readonly lookup: LookupFunction = (host, { all }, callback) => {
    this.#addressesOf(host).then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, ''),
    );
  };

  async #addressesOf(host: string): Promise<readonly [ResolvedAddress, ...ResolvedAddress[]]> {
    this.check(host);
    let resolved: readonly ResolvedAddress[];
    try {
      resolved = await this.#resolve(host);
    } catch (cause) {
      const message = `could not find the address of ${host}: ${messageOf(cause)}`;
      throw new SinkError('UNAVAILABLE', message, { cause });
    }
    const [first, ...others] = resolved.filter(({ address }) => this.#isAllowed(address));
    if (first !== undefined) return [first, ...others];
    // Not MISCONFIGURED: an attacker who answers DNS queries once must not stop the feed for good.
    throw new SinkError('UNAVAILABLE', refusal(host, resolved[0]?.address ?? 'no address'));
  }

  #isAllowed(address: string): boolean {
    const kind = classifyAddress(address);
    return kind === 'public' || this.#allow.has(kind);
  }
}

function refusal(host: string, address: string): string {
  const kind = classifyAddress(address);
  const refused = `refused to call ${host}: ${host === address ? 'it' : address}`;
  if (kind === 'special') return `${refused} is not the address of a receiver; check the name`;
  const cure = `add "allow: [${kind}]" to the feed if that is intended`;
  return `${refused} is a ${kind} address; ${cure}`;
}

/** As a URL has it, without the brackets of an IPv6 address. */
function plainHost(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
