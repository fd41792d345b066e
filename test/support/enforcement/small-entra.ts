import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@countersign/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const APP_ID = '2f6d1a80-5c3e-4b1f-9d57-8a1b2c3d4e5f';
export const TOKENS_APP_ID = '6e0c1d2b-3a4f-4958-8677-95a4b3c2d1e0';
export const CLIENT_ID = 'countersign-northmoor';

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** The part of Entra that a provider sees: its keys, and its requests. */
export class SmallEntra {
  readonly #server: Server;
  readonly #key: Key;
  readonly #tenant: string;
  #requests = 0;

  private constructor(server: Server, key: Key, tenant: string) {
    this.#server = server;
    this.#key = key;
    this.#tenant = tenant;
  }

  static async start(tenant: string): Promise<SmallEntra> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'entra-1', use: 'sig' };
    const server = createServer(({ url, headers }, response) => {
      const keys = `http://${headers.host}/common/discovery/v2.0/keys`;
      const document = url?.endsWith('/keys') === true ? { keys: [jwk] } : { jwks_uri: keys };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SmallEntra(server, privateKey, tenant);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The request that redirects a person, and the id under which the log will have the sign-in. */
  async request(person: string): Promise<{ form: URLSearchParams; requestId: string }> {
    this.#requests += 1;
    const requestId = crypto.randomUUID();
    const seconds = Math.floor(systemClock.now() / 1000);
    const hint = await new SignJWT({
      ...{ ver: '2.0', iss: `${this.origin}/${this.#tenant}/v2.0`, aud: APP_ID },
      ...{ exp: seconds - 1, iat: seconds, nbf: seconds, jti: String(this.#requests) },
      ...{ tid: this.#tenant, oid: person, sub: `pairwise of ${person}` },
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'entra-1', typ: 'JWT' })
      .sign(this.#key);
    const form = new URLSearchParams({
      ...{ scope: 'openid', response_mode: 'form_post', response_type: 'id_token' },
      ...{ client_id: CLIENT_ID, nonce: `nonce ${this.#requests}`, state: 'the state' },
      redirect_uri: `${this.origin}/common/federation/externalauthprovider`,
      ...{ id_token_hint: hint, 'client-request-id': requestId },
    });
    return { form, requestId };
  }

  /** The token with which it asks before issuing one, and the request. */
  async issuance(person: string): Promise<{ token: string; event: object }> {
    const seconds = Math.floor(systemClock.now() / 1000);
    const token = await new SignJWT({
      ...{ iss: `${this.origin}/${this.#tenant}/v2.0`, aud: TOKENS_APP_ID, tid: this.#tenant },
      ...{ azp: '99045fe1-7639-4a75-9d4a-577b6ca3810f', iat: seconds, exp: seconds + 300 },
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'entra-1', typ: 'JWT' })
      .sign(this.#key);
    const authenticationContext = { correlationId: crypto.randomUUID(), user: { id: person } };
    const type = 'microsoft.graph.authenticationEvent.tokenIssuanceStart';
    return { token, event: { type, data: { tenantId: this.#tenant, authenticationContext } } };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
