import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { messageOf } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import { certificateCheck, listenerCertificateCheck } from './certificate-check.ts';
import { type Check, CheckList } from './check.ts';

const CONNECT_MS_MAX = 5_000;

/** A metadata document has a few KiB. */
const METADATA_BYTES_MAX = 1024 * 1024;

/** Ports of addresses that name none. */
const PORTS: ReadonlyMap<string, number> = new Map([
  ['https:', 443],
  ['http:', 80],
]);

/** A configured address that `serve` calls, and where the configuration names it. */
export type ConfiguredHost = {
  readonly place: string;
  readonly host: string;
  readonly port: number;
};

/** Whether this machine reaches every other host of the configuration. Sends nothing to it. */
export async function hostChecks(config: Config, nowMs: number): Promise<readonly Check[]> {
  const list = new CheckList('hosts');
  const { feeds, enforcementPoints, tenants } = config;
  const brokers = tenants.map(({ id, collect }) => ({ [id]: collect.azureMonitor?.eventHubs }));
  const places = { feeds, eventHubs: brokers };
  await Promise.all(hostsIn(places).map((host) => reach(list, host)));
  for (const { place, issuer } of issuersIn(config)) await issuerCheck(list, place, issuer);
  const certificate = enforcementPoints?.tls?.certificate;
  if (certificate !== undefined) certificateCheck(list, certificate, nowMs);
  if (config.tls !== undefined) listenerCertificateCheck(list, config.tls, nowMs);
  return list.checks;
}

async function reach(list: CheckList, { place, host, port }: ConfiguredHost): Promise<void> {
  const cure = 'check the address, DNS, the firewall, and whether the receiver runs';
  await list.attempt(place, cure, async () => {
    await lookup(host);
    await connectOnce(host, port);
    return `${host}:${port} accepts connections`;
  });
}

async function connectOnce(host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS_MAX });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(new Error(`could not connect to ${host}:${port}: ${error.message}`));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => fail(new Error(`no answer within ${CONNECT_MS_MAX / 1000} s`)));
    socket.once('error', fail);
  });
}

/**
 * Every address in a part of the configuration, whatever its form: a URL, `host:port`, or the
 * members `host` and `port`. New kinds of feeds are checked without a change here.
 */
export function hostsIn(value: unknown, place = ''): readonly ConfiguredHost[] {
  if (typeof value === 'string') {
    const found = addressOf(value);
    return found === undefined ? [] : [{ place, ...found }];
  }
  if (typeof value !== 'object' || value === null) return [];
  const { host, port } = value as { readonly host?: unknown; readonly port?: unknown };
  if (typeof host === 'string' && typeof port === 'number') return [{ place, host, port }];
  return Object.entries(value).flatMap(([name, member]) => {
    // Where a feed listens is not where it sends to, and secrets are places, not addresses.
    if (name === 'listen' || name === 'secret') return [];
    return hostsIn(member, place === '' ? name : `${place}.${name}`);
  });
}

function addressOf(text: string): Omit<ConfiguredHost, 'place'> | undefined {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url !== null) {
    const port = url.port === '' ? (PORTS.get(url.protocol) ?? 443) : Number(url.port);
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
  }
  const parts = /^([A-Za-z0-9.-]+|\[[0-9a-f:]+\]):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  return { host: (parts[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(parts[2]) };
}

type Issuer = { readonly place: string; readonly issuer: string };

/** Every member named `issuer`: an OIDC provider that operators or tools sign in with. */
function issuersIn(value: unknown, place = ''): readonly Issuer[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = place === '' ? name : `${place}.${name}`;
    if (name === 'issuer' && typeof member === 'string') return [{ place: at, issuer: member }];
    return issuersIn(member, at);
  });
}

/** OpenID Connect Discovery 1.0, section 4: the document must name the same issuer. */
async function issuerCheck(list: CheckList, place: string, issuer: string): Promise<void> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const cure = 'check the issuer, DNS and the firewall; give the issuer exactly as it names itself';
  await list.attempt(place, cure, async () => {
    const signal = AbortSignal.timeout(CONNECT_MS_MAX);
    const reply = await fetch(url, { signal, redirect: 'error' }).catch((error: unknown) => {
      throw new Error(`could not read ${url}: ${messageOf(error)}`);
    });
    const text = (await reply.text()).slice(0, METADATA_BYTES_MAX);
    if (reply.status !== 200) throw new Error(`${url} answers ${reply.status}`);
    const named = (JSON.parse(text) as { readonly issuer?: unknown }).issuer;
    if (named !== issuer) throw new Error(`${url} names another issuer: ${String(named)}`);
    return `${issuer} answers`;
  });
}
