import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

type Options = Readonly<Record<string, unknown>>;

/** Deviations from correct or usual behavior. */
export type Habits = {
  readonly aaguid?: string;
  /** The origin that the authenticator believes it serves. */
  readonly origin?: string;
  readonly site?: string;
  readonly challenge?: string;
  readonly person?: 'verified' | 'present';
  readonly bound?: 'device' | 'synced';
  /** Increases by one with each use, unless set. */
  readonly counter?: number;
  /** Signs attestations with this key, under these certificates (DER, leaf first). */
  readonly maker?: { readonly key: KeyObject; readonly chain: readonly Uint8Array[] } | undefined;
  readonly format?: 'none' | 'packed';
  readonly userHandle?: string;
};

const [PRESENT, VERIFIED, BACKUP, BACKED_UP, ATTESTED] = [0x01, 0x04, 0x08, 0x10, 0x40];

type KeyCredential = { readonly keys: KeyPairKeyObjectResult; readonly id: Buffer };

function newKey(): KeyCredential {
  return { keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }), id: randomBytes(16) };
}

/** A software authenticator with real signatures (WebAuthn Level 3, section 6). */
export class SoftAuthenticator {
  readonly #keys: KeyPairKeyObjectResult;
  readonly #id: Buffer;
  readonly #habits: Habits;
  counter = 0;
  #handle: string | undefined;

  constructor(habits: Habits = {}, made: KeyCredential = newKey()) {
    this.#habits = habits;
    this.#keys = made.keys;
    this.#id = made.id;
  }

  get id(): string {
    return this.#id.toString('base64url');
  }

  /** The same key, as an attacker has it who copied it. */
  copy(): SoftAuthenticator {
    const copy = new SoftAuthenticator(this.#habits, { keys: this.#keys, id: this.#id });
    copy.counter = this.counter;
    copy.#handle = this.#handle;
    return copy;
  }

  /** `navigator.credentials.create`, as the page posts it. */
  create(options: Options, origin: string, habits: Habits = {}): string {
    const all = { ...this.#habits, ...habits };
    const { id, rp } = { id: '', rp: options['rp'] as { readonly id: string } };
    this.#handle = (options['user'] as { readonly id: string } | undefined)?.id ?? id;
    const client = this.#client('webauthn.create', options, origin, all);
    const data = Buffer.concat([this.#data(rp.id, all, ATTESTED), this.#attested(all)]);
    const attestation = new Map<string, unknown>([
      ['fmt', all.format ?? 'none'],
      ['attStmt', this.#statement(data, client, all)],
      ['authData', new Uint8Array(data)],
    ]);
    const attestationObject = Buffer.from(isoCBOR.encode(attestation as never));
    return this.#said({
      clientDataJSON: client.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get`, as the page posts it. */
  get(options: Options, origin: string, habits: Habits = {}): string {
    const all = { ...this.#habits, ...habits };
    this.counter = all.counter ?? this.counter + 1;
    const client = this.#client('webauthn.get', options, origin, all);
    const data = this.#data(String(options['rpId']), all, 0);
    const signed = Buffer.concat([data, sha256(client)]);
    const userHandle = all.userHandle ?? this.#handle;
    return this.#said({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
      ...(userHandle === undefined ? {} : { userHandle }),
    });
  }

  #said(response: object): string {
    const { id } = this;
    return JSON.stringify({
      ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
      response,
    });
  }

  #client(type: string, options: Options, origin: string, habits: Habits): Buffer {
    const challenge = habits.challenge ?? options['challenge'];
    const from = habits.origin ?? origin;
    return Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }));
  }

  #data(site: string, { site: other = site, person, bound }: Habits, flag: number): Buffer {
    const verified = person === 'present' ? 0 : (VERIFIED ?? 0);
    const synced = bound === 'synced' ? (BACKUP ?? 0) | (BACKED_UP ?? 0) : 0;
    const flags = (PRESENT ?? 0) | verified | synced | flag;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(Buffer.from(other)), Buffer.from([flags]), counter]);
  }

  #attested({ aaguid = '00000000-0000-0000-0000-000000000000' }: Habits): Buffer {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = new Map<number, unknown>([
      ...([
        [1, 2],
        [3, -7],
        [-1, 1],
      ] as const),
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    const length = Buffer.from([0, this.#id.length]);
    const model = Buffer.from(aaguid.replaceAll('-', ''), 'hex');
    return Buffer.concat([model, length, this.#id, Buffer.from(isoCBOR.encode(key as never))]);
  }

  #statement(data: Buffer, client: Buffer, { format, maker }: Habits): Map<string, unknown> {
    if (format !== 'packed') return new Map();
    const signed = Buffer.concat([data, sha256(client)]);
    const signature = sign('sha256', signed, maker?.key ?? this.#keys.privateKey);
    return new Map<string, unknown>([
      ['alg', -7],
      ['sig', new Uint8Array(signature)],
      ...(maker === undefined ? [] : [['x5c', maker.chain] as [string, unknown]]),
    ]);
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
