import { readFileSync } from 'node:fs';
import type { Clock, Random } from '@countersign/core';
import { HttpClient, HttpError, type Sleep, TokenSource } from '@countersign/m365';
import type { BypassConfig } from '../../config/enforcement-config.ts';
import { credentialOf } from '../../config/read-credential.ts';

export type SuiteDependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const METHODS = '/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations';
const RESOURCE = 'https://graph.microsoft.com';

/** A target in the vendor's form. Other members are preserved. */
type Target = { readonly id?: unknown };

/** The groups excluded from the external method in its configuration in the suite. */
export class ExcludedGroups {
  readonly #config: BypassConfig;
  readonly #http: HttpClient;
  readonly #tokens: TokenSource;

  constructor(config: BypassConfig, { clock, random, wait, env }: SuiteDependencies) {
    const { authority, authorityFile, graph, tenant, credentials } = config;
    const ca = authorityFile === undefined ? undefined : readFileSync(authorityFile, 'utf8');
    const { clientId } = credentials;
    const credential = credentialOf(credentials.credential, env);
    const scope = `${RESOURCE}/.default`;
    this.#config = config;
    this.#http = new HttpClient({ origins: [authority, graph], clock, random, wait, ca });
    const common = { http: this.#http, clock, random, authority, tenant };
    this.#tokens = new TokenSource({ ...common, clientId, credential, scope });
  }

  /** @throws HttpError */
  async has(group: string, signal?: AbortSignal): Promise<boolean> {
    const { excluded } = await this.#read(signal);
    return excluded.some((target) => isGroup(target, group));
  }

  /**
   * Excludes a group from the external method, or includes it again.
   * @throws HttpError
   */
  async put(group: string, where: 'past us' | 'by us', signal?: AbortSignal): Promise<void> {
    const { type, excluded } = await this.#read(signal);
    const others = excluded.filter((target) => !isGroup(target, group));
    const own = { targetType: 'group', id: group };
    const excludeTargets = where === 'past us' ? [...others, own] : others;
    await this.#send('PATCH', JSON.stringify({ '@odata.type': type, excludeTargets }), signal);
  }

  close(): void {
    this.#http.close();
  }

  async #read(
    signal: AbortSignal | undefined,
  ): Promise<{ readonly type: unknown; readonly excluded: readonly Target[] }> {
    const body = await this.#send('GET', undefined, signal);
    const read = objectOf(body);
    const excluded = read?.['excludeTargets'];
    if (Array.isArray(excluded)) {
      return { type: read?.['@odata.type'], excluded: excluded as readonly Target[] };
    }
    throw new HttpError('DAMAGED', 'the configuration of the method names no excludeTargets');
  }

  async #send(
    method: 'GET' | 'PATCH',
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const url = `${this.#config.graph}${METHODS}/${encodeURIComponent(this.#config.method)}`;
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    const authorization = this.#tokens;
    const reply = await this.#http.send({ method, url, headers, body, authorization, signal });
    return reply.body.toString('utf8');
  }
}

function isGroup({ id }: Target, group: string): boolean {
  return typeof id === 'string' && id.toLowerCase() === group.toLowerCase();
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
