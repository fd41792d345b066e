import { generateKeyPairSync, type KeyObject, randomFillSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ManualClock, type RecordDraft, type TenantId, tenantId } from '@countersign/core';
import {
  type Decision,
  DecisionPoint,
  type DecisionRequest,
  DirectoryStore,
  loadDirectoryFile,
  PolicyError,
  PolicySet,
  parseDirectoryFile,
  readPolicyFolder,
  SuiteDirectory,
} from '@countersign/policy';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type ReadPage, readPage } from '../../../../../tools/testing/page-reader.ts';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import { signed, statementDigest } from '../approvals/signed-statement.ts';
import { FairQueue } from '../callers/fair-queue.ts';
import { DecisionQueue } from '../decisions/decision-queue.ts';
import type { EamRequest } from '../eam/browser-session.ts';
import { EamEndpoint } from '../eam/eam-endpoint.ts';
import { EAM_PATHS } from '../eam/eam-metadata.ts';
import { EntraKeys } from '../eam/entra-keys.ts';
import { IdTokenHintVerifier } from '../eam/id-token-hint.ts';
import { KeyRing } from '../eam/key-ring.ts';
import type { AttestationPolicy } from '../eam/passkeys/attestation.ts';
import { approve, type InvitationDraft, invite, personName } from '../eam/passkeys/enrollment.ts';
import type {
  InvitationApproval,
  InvitationRequest,
} from '../eam/passkeys/invitation-statements.ts';
import type { PasskeyRecord } from '../eam/passkeys/passkey-record.ts';
import { PasskeyRegistry } from '../eam/passkeys/passkey-registry.ts';
import type { PasskeyStore } from '../eam/passkeys/passkey-store.ts';
import { WebAuthnCeremony } from '../eam/passkeys/webauthn-ceremony.ts';
import type { ReplayStore, TokenUse } from '../eam/replay-cache.ts';
import type { EndpointReply } from '../http/http-exchange.ts';

export const EAM_TENANT: TenantId = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
export const ADA = '11111111-7a54-4d0b-9c36-1e5d8a7b6c21';
export const HIGH_RISK_USER = '22222222-7a54-4d0b-9c36-1e5d8a7b6c21';
export const UNKNOWN_USER = '33333333-7a54-4d0b-9c36-1e5d8a7b6c21';
/** The directory identifies her by sign-in name. */
export const USER_BY_NAME = '44444444-7a54-4d0b-9c36-1e5d8a7b6c21';
export const ISSUER = 'https://pdp.example.com';
export const AUTHORITY = 'https://login.example.com';
export const REDIRECT_URI: string = `${AUTHORITY}/common/federation/externalauthprovider`;
export const APP_ID = '5c1d7e90-42ab-4f6e-8b13-0c9a2d4e6f81';
const CLIENT_ID = 'countersign-northmoor';
const START_MS = Date.UTC(2026, 0, 5, 9);

const DIRECTORY = `
tenant: ${EAM_TENANT}
people:
  - { id: ${ADA}, kind: member, enabled: true, risk: none, groups: [finance], roles: [] }
  - { id: ${HIGH_RISK_USER}, kind: member, enabled: true, risk: high, groups: [finance], roles: [] }
  - id: 4444@northmoor.example
    kind: member
    enabled: true
    risk: none
    groups: [finance]
    roles: []
groups: [{ id: finance }]
devices: [{ id: laptop, compliant: false, managed: true }]
waves: [{ id: pilot, state: open, groups: [finance] }]
`;

const policies = PolicySet.parse(
  readPolicyFolder(join(import.meta.dirname, '../../../../../content/policies')).source,
);

const ANY_AUTHENTICATOR: AttestationPolicy = {
  formats: ['none', 'packed'],
  authenticators: undefined,
  makers: [],
};

const ENTRA = await generateKeyPair('RS256', { extractable: true });
const RING = await KeyRing.begin(START_MS);

const ADMINISTRATORS = new Map(
  ['carol', 'dave', 'erin', 'mallory'].map((name) => [name, generateKeyPairSync('ed25519')]),
);

function publicKeyOf(name: string): KeyObject {
  const pair = ADMINISTRATORS.get(name);
  if (pair === undefined) throw new RangeError(`there is no key of ${name}`);
  return pair.publicKey;
}

type EntraKey = Awaited<ReturnType<typeof generateKeyPair>>;

/** A page with the browser's state. */
export type Page = {
  readonly status: number;
  readonly text: string;
  readonly headers: EndpointReply['headers'];
  readonly cookie: string | undefined;
  readonly token: string;
  readonly options: Readonly<Record<string, unknown>>;
};

/** An external method with the company's policies, and an Entra that signs hints. */
export class EamHarness {
  readonly clock: ManualClock = new ManualClock(START_MS);
  readonly drafts: RecordDraft[] = [];
  readonly records: PasskeyRecord[] = [];
  /** Passes that the enforcement point opened. */
  readonly passes: { readonly id: string; readonly person: string }[] = [];
  /** Records of other nodes that were not loaded yet. */
  readonly unloadedRecords: PasskeyRecord[] = [];
  readonly registry: PasskeyRegistry = new PasskeyRegistry();
  /** Approvers. Mallory has a key but is not one of them. */
  readonly approvers: Map<string, KeyObject> = new Map(
    ['carol', 'dave', 'erin'].map((name) => [name, publicKeyOf(name)]),
  );
  readonly endpoint: EamEndpoint;
  readonly ring: KeyRing;
  readonly #entra: EntraKey;
  /** `full`: no entry can be written. */
  ledger: 'whole' | 'full' = 'whole';
  /** Whether Entra's keys can be read. */
  authority: 'there' | 'away' = 'there';
  #nonces = 0;

  private constructor(entra: EntraKey, ring: KeyRing, jwk: object, attestation: AttestationPolicy) {
    this.#entra = entra;
    this.ring = ring;
    const { clock } = this;
    const keys = new EntraKeys({
      authority: AUTHORITY,
      read: async (url) => {
        if (this.authority === 'away') throw new Error('connection refused');
        return url.endsWith('/keys') ? { keys: [jwk] } : { jwks_uri: `${AUTHORITY}/common/keys` };
      },
      clock,
    });
    const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };
    const decisionLog = { append: async (drafts: readonly RecordDraft[]) => this.#append(drafts) };
    const store = new DirectoryStore();
    const directory = parseDirectoryFile({ file: 'directory.yaml', text: DIRECTORY });
    loadDirectoryFile(store, directory, { file: 'directory.yaml', readMs: START_MS });
    const point = new DecisionPoint({
      ...{ policies, decisionLog, clock, random },
      directory: new SuiteDirectory(store),
    });
    const turns = new FairQueue({
      yieldTurn: globalThis.setImmediate,
      nowMs: () => performance.now(),
      turnMs: 2,
    });
    this.endpoint = new EamEndpoint({
      issuer: ISSUER,
      registered: { clientId: CLIENT_ID, redirectUris: [REDIRECT_URI] },
      hints: new IdTokenHintVerifier({
        ...{ authority: AUTHORITY, keys, appId: APP_ID, clock },
        tenants: new Set([EAM_TENANT]),
      }),
      ring: () => this.ring,
      ceremony: new WebAuthnCeremony({ origin: ISSUER, name: 'Northmoor', attestation }),
      passkeys: this.#passkeys(),
      used: this.#used(),
      people: this.approvers,
      deciding: new DecisionQueue(point, turns),
      onPass: (pass) => this.passes.push(pass),
      ...{ passMs: 3_600_000, clock, random },
    });
  }

  static async create(attestation: AttestationPolicy = ANY_AUTHENTICATOR): Promise<EamHarness> {
    const jwk = { ...(await exportJWK(ENTRA.publicKey)), kid: 'entra-1', use: 'sig' };
    return new EamHarness(ENTRA, RING, jwk, attestation);
  }

  /** The decisions in order. */
  get decisions(): readonly { readonly decision: Decision; readonly request: DecisionRequest }[] {
    return this.drafts
      .filter(({ kind }) => kind === 'decision')
      .map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')));
  }

  get passCount(): number {
    return this.drafts.filter(({ kind }) => kind === 'pass').length;
  }

  /** Entra's time, independent of our clock. */
  get seconds(): number {
    return Math.floor((START_MS + this.clock.monotonic()) / 1000);
  }

  hintClaims(person: string = ADA): JWTPayload {
    const { seconds } = this;
    return {
      ver: '2.0',
      iss: `${AUTHORITY}/${EAM_TENANT}/v2.0`,
      aud: APP_ID,
      // As in the real service, it expires a second before it was issued.
      ...{ exp: seconds - 1, iat: seconds, nbf: seconds },
      ...{ tid: EAM_TENANT, oid: person, sub: `pairwise of ${person}` },
      preferred_username: `${person.slice(0, 4)}@northmoor.example`,
    };
  }

  sign(claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
    const all = { alg: 'RS256', kid: 'entra-1', typ: 'JWT', ...header };
    return new SignJWT(claims).setProtectedHeader(all).sign(this.#entra.privateKey);
  }

  get entraKey(): EntraKey {
    return this.#entra;
  }

  /** The form that Entra posts. */
  async request(person: string = ADA): Promise<URLSearchParams> {
    this.#nonces += 1;
    const values = ['possessionorinherence'];
    const id_token = { acr: { essential: true, values }, amr: { values: ['fido', 'otp', 'face'] } };
    return new URLSearchParams({
      ...{ scope: 'openid', response_mode: 'form_post', response_type: 'id_token' },
      ...{ client_id: CLIENT_ID, redirect_uri: REDIRECT_URI, nonce: `nonce ${this.#nonces}` },
      claims: JSON.stringify({ id_token }),
      id_token_hint: await this.sign({ ...this.hintClaims(person), jti: String(this.#nonces) }),
      'client-request-id': `00000000-0000-4000-8000-${String(this.#nonces).padStart(12, '0')}`,
      state: 'the state of Entra',
    });
  }

  /** Sends a person here, as Entra does. */
  async startSignIn(person: string = ADA): Promise<Page> {
    return this.post(EAM_PATHS.authorize, await this.request(person), { origin: AUTHORITY });
  }

  /** Posts a form of a page, as its browser does. */
  submit(page: Page, path: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    const form = new URLSearchParams({ token: page.token, ...fields });
    return this.post(path, form, { origin: ISSUER, cookie: page.cookie ?? '' });
  }

  async post(
    path: string,
    form: URLSearchParams | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const type = 'application/x-www-form-urlencoded';
    return this.send({ path, body: String(form), headers: { 'content-type': type, ...headers } });
  }

  async send(given: {
    readonly path: string;
    readonly method?: string;
    readonly query?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }): Promise<Page> {
    const { path, method = 'POST', query = '', body = '', headers = {} } = given;
    const request: EamRequest = {
      ...{ method, path, query: new URLSearchParams(query), body: Buffer.from(body) },
      header: (name) => headers[name],
      signal: new AbortController().signal,
      address: '198.51.100.7',
    };
    return pageOf(await this.endpoint.answer(request));
  }

  /** Registers a passkey by an invitation of one administrator. */
  async enroll(
    authenticator: SoftAuthenticator = new SoftAuthenticator(),
    person: string = ADA,
  ): Promise<Page> {
    const page = await this.startSignIn(person);
    const code = this.code(person);
    const next = await this.submit(page, EAM_PATHS.enroll, { code });
    const credential = authenticator.create(next.options, ISSUER);
    return this.submit(next, EAM_PATHS.register, { credential });
  }

  code(person: string): string {
    return this.invite(person).code ?? '';
  }

  /** Invites as an administrator who signs with the key of `key`. */
  invite(person: string, by = 'carol', key: string = by): InvitationDraft {
    const statement: InvitationRequest = {
      ...{ v: 1, what: 'passkey-invitation', invitation: randomUUID(), tenant: EAM_TENANT },
      ...{ person: personName(person), device: '', by, atMs: this.clock.now() },
    };
    const said = signed(statement, this.privateKey(key));
    const request = { tenant: EAM_TENANT, person, device: null, by, said };
    return this.#applied(invite(this.registry, request, this.#sink()));
  }

  /** Approves an invitation as another administrator. */
  approveInvitation(id: string, by = 'dave', key: string = by): InvitationDraft {
    const request = this.registry.invitation(id)?.invitation.request;
    const statement: InvitationApproval = {
      ...{ v: 1, what: 'passkey-approval', invitation: id, by, atMs: this.clock.now() },
      request: request === null || request === undefined ? '' : statementDigest(request),
    };
    const said = signed(statement, this.privateKey(key));
    return this.#applied(approve(this.registry, { said, by }, this.#sink()));
  }

  privateKey(name: string): KeyObject {
    const pair = ADMINISTRATORS.get(name);
    if (pair === undefined) throw new RangeError(`there is no key of ${name}`);
    return pair.privateKey;
  }

  #sink() {
    const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };
    return { nowMs: this.clock.now(), random, people: this.approvers };
  }

  #applied(made: InvitationDraft): InvitationDraft {
    this.registry.apply(made.record);
    return made;
  }

  signIn(page: Page, authenticator: SoftAuthenticator): Promise<Page> {
    const credential = authenticator.get(page.options, ISSUER);
    return this.submit(page, EAM_PATHS.passkey, { credential });
  }

  #passkeys(): PasskeyStore {
    return {
      registry: this.registry,
      append: async (record) => {
        if (this.ledger === 'full') throw new PolicyError('NOT_ACCOUNTED', 'the disk is full');
        this.records.push(record);
        // Lets other work run while a record becomes durable.
        await setImmediate();
        this.registry.apply(record);
      },
      refresh: async () => {
        for (const record of this.unloadedRecords.splice(0)) this.registry.apply(record);
      },
    };
  }

  #used(): ReplayStore {
    const earlier: TokenUse[] = [];
    return {
      earlier,
      cutoffMs: Number.NEGATIVE_INFINITY,
      keep: async (used) => {
        if (this.ledger === 'full') throw new Error('no space is left on the disk');
        earlier.push(used);
      },
    };
  }

  #append(drafts: readonly RecordDraft[]): readonly number[] {
    if (this.ledger === 'full') throw new Error('no space is left on the disk');
    return drafts.map((draft) => this.drafts.push(draft) - 1);
  }
}

function pageOf({ status, headers, body: text }: EndpointReply): Page {
  const { token, options } = readPage(text);
  const [cookie] = (headers['set-cookie'] ?? '').split(';');
  return { status, text, headers, cookie, token, options };
}

/** The form that a page posts to Entra. */
export function postedForm({ text }: Page): Pick<ReadPage, 'action' | 'fields'> {
  return readPage(text);
}
