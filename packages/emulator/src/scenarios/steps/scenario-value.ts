import type { Person } from '../../population/person.ts';
import type { Address } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import type { Client } from '../../records/sign-in.ts';
import { ScenarioError } from '../errors.ts';

/** The values of a scenario's variables. */
export type ScenarioValue =
  | { readonly kind: 'person'; readonly person: Person; readonly home: Population }
  | { readonly kind: 'people'; readonly people: readonly Person[]; readonly home: Population }
  | { readonly kind: 'account'; readonly account: Account; readonly home: Population }
  | { readonly kind: 'addresses'; readonly pool: readonly Address[] | 'fresh' }
  | { readonly kind: 'client'; readonly client: Client }
  | { readonly kind: 'app'; readonly app: ScenarioApp }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string };

/** An application, with its objects in each tenant that knows it. */
export type ScenarioApp = {
  readonly name: string;
  readonly appId: string;
  readonly appObjectId: string;
  readonly homeTenantId: string;
  readonly servicePrincipalIds: Map<string, string>;
  /** Newest last; an attacker signs in with that one. */
  readonly secrets: { keyId: string; displayName: string; sinceMs: number }[];
};

/** A session that an attacker holds, however it was obtained. */
export type Session = {
  readonly home: Population;
  readonly account: Account;
  readonly sessionId: string;
  readonly appId: string;
  readonly resourceId: string;
  client: Client;
  /** The addresses from which the attacker uses it. */
  pool: readonly Address[] | 'fresh';
  token: { readonly requestId: string; readonly issuedMs: number };
  /** True if no sign-in issued the token. */
  readonly isForged: boolean;
  /** True for the owner's own session on their computer. */
  readonly isLegitimate?: boolean;
};

export function variableOfKind<K extends ScenarioValue['kind']>(
  value: ScenarioValue | undefined,
  kind: K,
  name: string,
): Extract<ScenarioValue, { kind: K }> {
  if (value?.kind === kind) return value as Extract<ScenarioValue, { kind: K }>;
  const got = value === undefined ? 'nothing' : `a ${value.kind}`;
  throw new ScenarioError('wrong', `${name} must be a ${kind}, not ${got}.`);
}
