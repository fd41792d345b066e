import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { TenantId } from '../../core/index.ts';
import { canonical, isObject } from '../wire/json.ts';

/** A group goes past our method for a while: somebody asks for it. */
export type DrainRequest = {
  readonly v: 1;
  readonly what: 'drain-request';
  readonly drain: string;
  readonly tenant: TenantId;
  /** The configuration of our method in the suite. */
  readonly method: string;
  /** The id of the group there. */
  readonly group: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  /** Then it is undone by itself. */
  readonly untilMs: number;
};

/** Somebody else agrees. */
export type DrainApproval = {
  readonly v: 1;
  readonly what: 'drain-approval';
  readonly drain: string;
  /** SHA-256 of the request as it was signed: no other can be meant. */
  readonly request: string;
  readonly by: string;
  readonly atMs: number;
};

/** The way back, for which one is enough. */
export type DrainEnd = {
  readonly v: 1;
  readonly what: 'drain-end';
  readonly drain: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
};

export type DrainStatement = DrainRequest | DrainApproval | DrainEnd;

/** What a person said, and the proof that it was this person. */
export type Signed<S extends DrainStatement = DrainStatement> = {
  readonly statement: S;
  /** Ed25519, in base64. */
  readonly signature: string;
};

/** Those who may open a drain, by name. */
export type DrainPeople = ReadonlyMap<string, KeyObject>;

export function signed<S extends DrainStatement>(statement: S, key: KeyObject): Signed<S> {
  const signature = sign(null, Buffer.from(canonical(statement)), key).toString('base64');
  return { statement, signature };
}

/** Whether the person whom a statement names has said it. */
export function isSaidBy({ statement, signature }: Signed, people: DrainPeople): boolean {
  const key = people.get(statement.by);
  if (key === undefined) return false;
  const bytes = Buffer.from(signature, 'base64');
  return verify(null, Buffer.from(canonical(statement)), key, bytes);
}

export function requestDigest({ statement }: Signed<DrainRequest>): string {
  return createHash('sha256').update(canonical(statement)).digest('hex');
}

/** Undefined for what is no key of a person: Ed25519, in PEM. */
export function personKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what does not have the form of a signed statement. */
export function signedOf(value: unknown): Signed | undefined {
  if (!isObject(value) || typeof value['signature'] !== 'string') return undefined;
  const { statement } = value;
  if (!isObject(statement) || statement['v'] !== 1) return undefined;
  const texts = TEXTS.get(String(statement['what']));
  if (texts?.every((name) => typeof statement[name] === 'string') !== true) return undefined;
  const times = statement['what'] === 'drain-request' ? ['atMs', 'untilMs'] : ['atMs'];
  if (!times.every((name) => Number.isSafeInteger(statement[name]))) return undefined;
  return value as Signed;
}

const TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['drain-request', ['drain', 'tenant', 'method', 'group', 'reason', 'by']],
  ['drain-approval', ['drain', 'request', 'by']],
  ['drain-end', ['drain', 'reason', 'by']],
]);
