import { createHash } from 'node:crypto';
import type { TenantId } from '@countersign/core';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { parseObject } from '../../http/i-json.ts';
import { CEREMONY_MS } from '../limits.ts';
import type { Challenge } from '../pending-sign-ins.ts';
import { type AttestationPolicy, isVouchedFor, statedBy } from './attestation.ts';
import type { Passkey, PasskeyFault } from './passkey-record.ts';
import type { RegisteredPasskey } from './passkey-registry.ts';

export type CeremonyOptions = {
  /** The origin of our pages, as browsers state it. */
  readonly origin: string;
  /** The company name that browsers show. */
  readonly name: string;
  readonly attestation: AttestationPolicy;
};

type Account = { readonly tenant: TenantId; readonly person: string };

/** The result of a verified authentication. */
export type AuthenticationResult = {
  readonly kind: 'proven';
  readonly id: string;
  readonly counter: number;
  readonly bound: Passkey['bound'];
};

export type PasskeyRegistration = {
  readonly kind: 'registered';
  readonly made: Omit<Passkey, 'tenant' | 'person' | 'device' | 'invitation'>;
};

export type CeremonyFailure = { readonly kind: 'refused'; readonly why: PasskeyFault };

/** EdDSA, ES256, RS256 (WebAuthn, 5.8.5). */
const ALGORITHMS = [-8, -7, -257];

/** WebAuthn Level 3 registration and authentication ceremonies (7.1 and 7.2). */
export class WebAuthnCeremony {
  readonly #options: CeremonyOptions;
  readonly #site: string;

  constructor(options: CeremonyOptions) {
    this.#options = options;
    this.#site = new URL(options.origin).hostname;
  }

  /**
   * Options of `navigator.credentials.get`.
   *
   * They list no passkeys, because the page must not reveal who has one. Our passkeys are
   * discoverable, so the authenticator finds them.
   */
  useOptions(challenge: Challenge<'use'>): Readonly<Record<string, unknown>> {
    const timeout = CEREMONY_MS;
    return { challenge, rpId: this.#site, timeout, userVerification: 'required' };
  }

  /** Options of `navigator.credentials.create`. */
  registerOptions(
    challenge: Challenge<'register'>,
    account: Account & { readonly username: string },
    known: readonly RegisteredPasskey[],
  ): Readonly<Record<string, unknown>> {
    const { name, attestation } = this.#options;
    const { username } = account;
    const isAsked = attestation.formats.some((format) => format !== 'none');
    return {
      challenge,
      timeout: CEREMONY_MS,
      rp: { id: this.#site, name },
      user: { id: handleOf(account), name: username, displayName: username },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: isAsked ? 'direct' : 'none',
      excludeCredentials: known
        .filter(({ revoked }) => revoked === null)
        .map(({ passkey: { id, transports } }) => ({ type: 'public-key', id, transports })),
    };
  }

  /** The passkey id that a response claims; undefined if it is not a response. */
  idOf(text: string): string | undefined {
    return parsed(used, text)?.id;
  }

  /**
   * Verifies that a passkey of this account was used for this challenge, here, with user
   * verification.
   */
  async verifyUse(
    text: string,
    challenge: Challenge<'use'>,
    account: Account,
    known: RegisteredPasskey | undefined,
  ): Promise<AuthenticationResult | CeremonyFailure> {
    const response = parsed(used, text);
    if (response === undefined) return refused('unreadable');
    if (known === undefined || known.passkey.id !== response.id) return refused('unknown');
    const { passkey, revoked, counter } = known;
    const isTheirs = passkey.tenant === account.tenant && passkey.person === account.person;
    const { userHandle } = response.response;
    const isNamed = userHandle === undefined || userHandle === handleOf(account);
    if (!isTheirs || !isNamed) return refused('another');
    if (revoked !== null) return refused('revoked');
    const proven = await this.#used(response, challenge, passkey);
    if (proven === undefined) return refused('unproven');
    // Trust the counter only after the signature, or an attacker could make a passkey look copied.
    const counts = proven.newCounter > 0 || counter > 0;
    if (counts && proven.newCounter <= counter) return refused('copied');
    const bound = proven.credentialDeviceType === 'singleDevice' ? 'device' : 'synced';
    return { kind: 'proven', id: passkey.id, counter: proven.newCounter, bound };
  }

  async verifyRegistration(
    text: string,
    challenge: Challenge<'register'>,
    nowMs: number,
  ): Promise<PasskeyRegistration | CeremonyFailure> {
    const response = parsed(registered, text);
    if (response === undefined) return refused('unreadable');
    const { formats, authenticators, makers } = this.#options.attestation;
    const stated = await statedBy(response.response.attestationObject);
    if (stated === undefined) return refused('unreadable');
    // Check the format before verification, because some formats make the library call URLs in
    // them.
    if (!formats.some((format) => format === stated.format)) return refused('not-allowed');
    const made = await this.#registered(response, challenge);
    if (made === undefined) return refused('unproven');
    const { aaguid, credential, credentialDeviceType, fmt } = made;
    if (authenticators?.includes(aaguid) === false) return refused('not-allowed');
    if (makers.length > 0 && !isVouchedFor(stated.chain, makers, nowMs)) {
      return refused('not-allowed');
    }
    return {
      kind: 'registered',
      made: {
        id: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        aaguid,
        format: fmt,
        transports: response.response.transports ?? [],
        bound: credentialDeviceType === 'singleDevice' ? 'device' : 'synced',
      },
    };
  }

  async #used(
    response: AssertionResponse,
    challenge: Challenge<'use'>,
    { id, publicKey }: Passkey,
  ): Promise<{ newCounter: number; credentialDeviceType: string } | undefined> {
    try {
      const { verifyAuthenticationResponse } = await library();
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: this.#options.origin,
        expectedRPID: this.#site,
        // Below every counter, because the counter is compared after the signature is verified.
        credential: { id, publicKey: bytesOf(publicKey), counter: -1 },
        requireUserVerification: true,
      });
      return verified ? authenticationInfo : undefined;
    } catch {
      return undefined;
    }
  }

  async #registered(response: AttestationResponse, challenge: Challenge<'register'>) {
    try {
      const { verifyRegistrationResponse } = await library();
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: this.#options.origin,
        expectedRPID: this.#site,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return verified && registrationInfo !== undefined ? registrationInfo : undefined;
    } catch {
      return undefined;
    }
  }
}

/** It loads certificate and CBOR code, so it is imported only for passkeys. */
function library(): Promise<typeof import('@simplewebauthn/server')> {
  return import('@simplewebauthn/server');
}

/** The user handle on the authenticator. It must not identify the person (WebAuthn, 14.6.1). */
function handleOf({ tenant, person }: Account): string {
  return createHash('sha256').update(`${tenant} ${person}`).digest('base64url');
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}

function refused(why: PasskeyFault): CeremonyFailure {
  return { kind: 'refused', why };
}

const encoder = new TextEncoder();
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const common = { id: base64url, rawId: base64url, type: z.literal('public-key') };

const used = z.object({
  ...common,
  clientExtensionResults: z.object({}).default({}),
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
});
type AssertionResponse = z.infer<typeof used>;

const registered = z.object({
  ...common,
  clientExtensionResults: z.object({}).default({}),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(8)
      .optional(),
  }),
});
type AttestationResponse = z.infer<typeof registered>;

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    const found = schema.safeParse(parseObject(encoder.encode(text)));
    return found.success ? found.data : undefined;
  } catch {
    return undefined;
  }
}
