import { z } from 'zod';

/** What a token may do, and on whose data. */
export type TokenGrant = {
  readonly scopes: readonly string[];
  /** Null: not limited. */
  readonly tenants: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly groups: readonly string[] | null;
};

export type TokenDraft = TokenGrant & {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret. The secret has 256 random bits, so its hash reveals nothing. */
  readonly hash: string;
  readonly expiresMs: number;
};

/** A link that signs one operator in, once. */
export type LinkDraft = {
  readonly id: string;
  /** SHA-256 of the secret, which has 256 random bits. */
  readonly hash: string;
  /** Of the operator. */
  readonly name: string;
  readonly roles: readonly string[];
  readonly expiresMs: number;
  /** `passkey`: the operator may register a passkey for break-glass sign-ins. */
  readonly use?: 'passkey' | undefined;
};

/** The passkey of a break-glass operator, as it was registered. */
export type OperatorPasskey = {
  /** The credential id in base64url. */
  readonly id: string;
  /** Of the operator. */
  readonly name: string;
  readonly roles: readonly string[];
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** The model of the authenticator, as it says itself. */
  readonly aaguid: string;
  readonly format: string;
  readonly transports: readonly string[];
  /** `device`: never leaves it. `synced`: can be copied to others. */
  readonly bound: 'device' | 'synced';
  /** The id of the link that permitted it. */
  readonly link: string;
};

/**
 * Bodies of entries of kind `credential` about operators and machines. The state of operators
 * follows these entries, so a lost state is read again from the ledger.
 */
export type OperatorRecord = { readonly v: 1; readonly atMs: number; readonly by: string } & (
  | { readonly what: 'token-created'; readonly token: TokenDraft }
  | { readonly what: 'token-revoked'; readonly id: string; readonly reason: string }
  | { readonly what: 'link-created'; readonly link: LinkDraft }
  // Not `passkey-…`: those are records of people who use an enforcement point.
  | { readonly what: 'operator-passkey-registered'; readonly passkey: OperatorPasskey }
  | { readonly what: 'operator-revoked'; readonly person: string; readonly reason: string }
  | { readonly what: 'operator-restored'; readonly person: string; readonly reason: string }
  | OperatorSignIn
  | PasskeyRefusal
);

/**
 * The passkey of a break-glass operator was used, and refused. `by` is the service, because the
 * caller proved nothing.
 */
export type PasskeyRefusal = {
  readonly what: 'operator-passkey-refused';
  /** The operator whose passkey it is. */
  readonly name: string;
  readonly passkey: string;
  /** `copied`: its counter is not ahead. */
  readonly why: string;
};

/** A session of an operator began or ended. `by` is the operator. */
export type OperatorSignIn = {
  readonly what: 'operator-signed-in' | 'operator-stepped-up' | 'operator-signed-out';
  /** The id of the session, which is no secret. */
  readonly session: string;
  readonly issuer: string | null;
  readonly roles: readonly string[];
  /** The id of the one-time link that was used for it. */
  readonly link?: string | undefined;
  /** The passkey of a break-glass operator that was used for it, and its counter. */
  readonly passkey?: { readonly id: string; readonly counter: number } | undefined;
};

const limit = z.array(z.string()).nullable();

export const TOKEN_DRAFT: z.ZodType<TokenDraft> = z.strictObject({
  id: z.string(),
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.string()),
  tenants: limit,
  regions: limit,
  groups: limit,
  expiresMs: z.int(),
});

export const LINK_DRAFT: z.ZodType<LinkDraft> = z.strictObject({
  id: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  roles: z.array(z.string()),
  expiresMs: z.int(),
  use: z.literal('passkey').optional(),
});

export const OPERATOR_PASSKEY: z.ZodType<OperatorPasskey> = z.strictObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  publicKey: z.string(),
  counter: z.int(),
  aaguid: z.string(),
  format: z.string(),
  transports: z.array(z.string()),
  bound: z.enum(['device', 'synced']),
  link: z.string(),
});

const REFUSAL_FIELDS = {
  what: z.literal('operator-passkey-refused'),
  name: z.string(),
  passkey: z.string(),
  why: z.string(),
};

/** A refusal, with who recorded it. */
export const REFUSAL_BY: z.ZodType<PasskeyRefusal & { readonly by: string }> = z.strictObject({
  ...REFUSAL_FIELDS,
  by: z.string(),
});

const SIGN_IN_FIELDS = {
  what: z.enum(['operator-signed-in', 'operator-stepped-up', 'operator-signed-out']),
  session: z.string(),
  issuer: z.string().nullable(),
  roles: z.array(z.string()),
  link: z.string().optional(),
  passkey: z.strictObject({ id: z.string(), counter: z.int() }).optional(),
};

/** A sign-in, with who signed in. */
export const SIGN_IN_BY: z.ZodType<OperatorSignIn & { readonly by: string }> = z.strictObject({
  ...SIGN_IN_FIELDS,
  by: z.string(),
});

const HEAD = { v: z.literal(1), atMs: z.int(), by: z.string() };

const RECORD: z.ZodType<OperatorRecord> = z.discriminatedUnion('what', [
  z.strictObject({ ...HEAD, what: z.literal('token-created'), token: TOKEN_DRAFT }),
  z.strictObject({
    ...HEAD,
    what: z.literal('token-revoked'),
    id: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ ...HEAD, what: z.literal('link-created'), link: LINK_DRAFT }),
  z.strictObject({
    ...HEAD,
    what: z.literal('operator-passkey-registered'),
    passkey: OPERATOR_PASSKEY,
  }),
  z.strictObject({
    ...HEAD,
    what: z.enum(['operator-revoked', 'operator-restored']),
    person: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ ...HEAD, ...SIGN_IN_FIELDS }),
  z.strictObject({ ...HEAD, ...REFUSAL_FIELDS }),
]);

/** Undefined for other bodies: entries of kind `credential` are about passkeys of people too. */
export function operatorRecordOf(value: unknown): OperatorRecord | undefined {
  const parsed = RECORD.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
