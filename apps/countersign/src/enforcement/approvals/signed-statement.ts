import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonical, isObject } from '../http/i-json.ts';

/** A statement that a person signs. */
export type Statement = {
  readonly v: 1;
  readonly what: string;
  readonly by: string;
  readonly atMs: number;
};

/** A statement with the signature that proves its author. */
export type SignedStatement<S extends Statement = Statement> = {
  readonly statement: S;
  /** Ed25519, in base64. */
  readonly signature: string;
};

/** Approvers of two-person acts by name, each with their own key. */
export type People = ReadonlyMap<string, KeyObject>;

/** The members of each kind of statement, besides `by` and `atMs`. */
export type StatementForms = ReadonlyMap<
  string,
  { readonly texts: readonly string[]; readonly times: readonly string[] }
>;

export function signed<S extends Statement>(statement: S, key: KeyObject): SignedStatement<S> {
  const signature = sign(null, Buffer.from(canonical(statement)), key).toString('base64');
  return { statement, signature };
}

/** Whether the named person signed the statement. */
export function isSaidBy({ statement, signature }: SignedStatement, people: People): boolean {
  const key = people.get(statement.by);
  if (key === undefined) return false;
  const bytes = Buffer.from(signature, 'base64');
  return verify(null, Buffer.from(canonical(statement)), key, bytes);
}

/** SHA-256 of the signed text. An approval names it, so it can mean no other statement. */
export function statementDigest({ statement }: SignedStatement): string {
  return createHash('sha256').update(canonical(statement)).digest('hex');
}

/** Two names with one key are one person. */
export function areTwoPeople(a: string, b: string, people: People): boolean {
  const [one, other] = [people.get(a), people.get(b)];
  return a !== b && one !== undefined && other !== undefined && !one.equals(other);
}

/** Undefined if the text is not an Ed25519 public key in PEM. */
export function personKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined if the value is not a signed statement of one of these kinds. */
export function signedIn(value: unknown, forms: StatementForms): SignedStatement | undefined {
  if (!isObject(value) || typeof value['signature'] !== 'string') return undefined;
  const { statement } = value;
  if (!isObject(statement) || statement['v'] !== 1) return undefined;
  const form = forms.get(String(statement['what']));
  if (form === undefined) return undefined;
  const areTexts = ['by', ...form.texts].every((name) => typeof statement[name] === 'string');
  const areTimes = ['atMs', ...form.times].every((name) => Number.isSafeInteger(statement[name]));
  return areTexts && areTimes ? (value as SignedStatement) : undefined;
}
