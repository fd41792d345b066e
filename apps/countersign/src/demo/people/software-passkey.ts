import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

type Options = Readonly<Record<string, unknown>>;

/** Flags of authenticator data (WebAuthn Level 3, section 6.1). */
const [PRESENT, VERIFIED, ATTESTED] = [0x01, 0x04, 0x40];
const ID_BYTES = 16;

/**
 * A passkey in software, with real signatures, for a person of the emulated company
 * (WebAuthn Level 3, section 6).
 */
export class SoftwarePasskey {
  readonly #key: KeyObject;
  readonly #point: { readonly x: Buffer; readonly y: Buffer };
  readonly #id = randomBytes(ID_BYTES);
  #handle = '';
  #counter = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    this.#point = { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
  }

  /** `navigator.credentials.create`, as the page posts it. */
  create(options: Options, origin: string): string {
    const { id } = options['rp'] as { readonly id: string };
    this.#handle = (options['user'] as { readonly id: string }).id;
    const data = Buffer.concat([this.#data(id, ATTESTED), this.#attested()]);
    return this.#credential({
      clientDataJSON: clientData('webauthn.create', options, origin).toString('base64url'),
      attestationObject: unattested(data).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get`, as the page posts it. */
  get(options: Options, origin: string): string {
    this.#counter += 1;
    const client = clientData('webauthn.get', options, origin);
    const data = this.#data(String(options['rpId']), 0);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.#key);
    return this.#credential({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#handle,
    });
  }

  #credential(response: object): string {
    const id = this.#id.toString('base64url');
    const type = 'public-key';
    return JSON.stringify({ id, rawId: id, type, clientExtensionResults: {}, response });
  }

  #data(site: string, flag: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    const flags = Buffer.from([PRESENT | VERIFIED | flag]);
    return Buffer.concat([sha256(Buffer.from(site)), flags, counter]);
  }

  /** Model, id, and the public key in COSE: EC2, ES256, P-256 (RFC 9053). */
  #attested(): Buffer {
    const { x, y } = this.#point;
    const head = Buffer.concat([Buffer.alloc(16), Buffer.from([0, ID_BYTES]), this.#id]);
    const key = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, x.length]);
    return Buffer.concat([head, key, x, Buffer.from([0x22, 0x58, y.length]), y]);
  }
}

/** An attestation object in CBOR (RFC 8949) whose format is "none". */
function unattested(data: Buffer): Buffer {
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
  const length = Buffer.from([0x58, data.length]);
  return Buffer.concat([
    ...[Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0])],
    ...[text('authData'), length, data],
  ]);
}

function clientData(type: string, options: Options, origin: string): Buffer {
  const { challenge } = options;
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
