import type { FeedRecord, Occurrence } from '../../core/feed-record.ts';
import type { SeededRandom } from '../../core/seeded-random.ts';
import type { Truth } from '../../core/truth.ts';
import type { Change } from '../../directory/model/directory-change.ts';
import type { Person } from '../../population/person.ts';
import { type Address, farAddress } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import type { Token } from '../../records/account.ts';
import type { SignIn } from '../../records/sign-in.ts';
import { signInRecords } from '../../records/sign-in-record.ts';
import { refreshSignIn, tokenIdOf } from '../../sign-in/user-flows.ts';
import { ScenarioError } from '../errors.ts';

import type { ScenarioValue, Session } from './scenario-value.ts';

/** Users' access tokens last 60 to 90 minutes; an attacker's client renews them earlier. */
export const TOKEN_LIFE_MS = 3_900_000;

/**
 * A scenario is kept in memory. A million occurrences would be a tenant's activity, not an attack.
 */
const OCCURRENCES_MAX = 400_000;

/** A foothold that remains when the scenario ends. Numbers are those of the list of footholds. */
export type Foothold = {
  readonly kind:
    | 'session'
    | 'device'
    | 'method'
    | 'password'
    | 'app-credential'
    | 'consent'
    | 'app-role'
    | 'app'
    | 'account'
    | 'role'
    | 'inbox-rule'
    | 'forwarding'
    | 'mailbox-permission'
    | 'audit-bypass'
    | 'sharing-link'
    | 'vendor-key';
  readonly tenantId: string;
  /** Object id, or the name of an object without one. */
  readonly objectId: string;
  readonly detail: string;
  readonly sinceMs: number;
};

/** A foothold that was closed before the scenario ended. */
export type ClosedFoothold = Foothold & { readonly closedMs: number };

/** An account, application, session or address that the intruders created, took over or used. */
export type Intruder = {
  readonly kind: 'account' | 'application' | 'session' | 'address';
  readonly tenantId: string;
  /** Object id, session id or address; for an application its app id, the same in every tenant. */
  readonly id: string;
};

/** Closes a foothold as an administrator would, and emits the records. */
export type Undo = (responder: Person) => void;

/** The state of a scenario: time, people, objects, and all occurrences so far. */
export class ScenarioContext {
  readonly name: string;
  readonly random: SeededRandom;
  readonly populations: ReadonlyMap<string, Population>;
  readonly variables: Map<string, ScenarioValue> = new Map();
  readonly occurrences: Occurrence[] = [];
  readonly footholds: Foothold[] = [];
  readonly closed: ClosedFoothold[] = [];
  readonly intruders: Map<string, Intruder> = new Map();
  readonly #undoActions = new Map<Foothold, Undo>();
  /** The scenario's own clock. */
  nowMs: number;
  /** Technique of the current step. */
  technique: string | undefined;
  isAttacker = true;
  attack: string | undefined;

  constructor(
    name: string,
    random: SeededRandom,
    populations: ReadonlyMap<string, Population>,
    fromMs: number,
  ) {
    this.name = name;
    this.random = random;
    this.populations = populations;
    this.nowMs = fromMs;
  }

  population(role: string): Population {
    const population = this.populations.get(role);
    if (population !== undefined) return population;
    const roles = [...this.populations.keys()].join(', ');
    throw new ScenarioError('wrong', `unknown tenant ${role}: the scenario has ${roles}.`);
  }

  emit(
    population: Population,
    atMs: number,
    records: readonly FeedRecord[],
    changes: readonly Change[] = [],
  ): void {
    if (this.occurrences.length >= OCCURRENCES_MAX) {
      throw new ScenarioError(
        'wrong',
        `${this.name} has more than ${OCCURRENCES_MAX} occurrences.`,
      );
    }
    const truth: Truth = {
      scenario: this.name,
      isAttacker: this.isAttacker,
      ...(this.technique === undefined ? {} : { technique: this.technique }),
      ...(this.attack === undefined ? {} : { attack: this.attack }),
    };
    const tenantId = population.tenant.id;
    const changed = changes.length === 0 ? {} : { changes };
    this.occurrences.push({ atMs, tenantId, truth, records, ...changed });
  }

  signIn(population: Population, signIn: SignIn): void {
    this.emit(population, signIn.atMs, signInRecords(population.tenant, signIn));
  }

  addFoothold(foothold: Omit<Foothold, 'sinceMs'>, undo?: Undo): void {
    const added = { ...foothold, sinceMs: this.nowMs };
    this.footholds.push(added);
    if (undo !== undefined) this.#undoActions.set(added, undo);
  }

  undoOf(foothold: Foothold): Undo | undefined {
    return this.#undoActions.get(foothold);
  }

  /** Closes footholds of one kind and object; with `detail`, one of several. */
  closeFootholds(kind: Foothold['kind'], objectId: string, detail?: string): void {
    for (let at = this.footholds.length - 1; at >= 0; at--) {
      const foothold = this.footholds[at] as Foothold;
      const isMatch = foothold.kind === kind && foothold.objectId === objectId;
      if (!isMatch || (detail !== undefined && foothold.detail !== detail)) continue;
      this.footholds.splice(at, 1);
      this.closed.push({ ...foothold, closedMs: this.nowMs });
    }
  }

  /** Records that a party belongs to the intruders, for tests of findings. */
  claim(kind: Intruder['kind'], tenantId: string, id: string): void {
    if (this.isAttacker) this.intruders.set(`${kind} ${tenantId} ${id}`, { kind, tenantId, id });
  }

  address(pool: readonly Address[] | 'fresh'): Address {
    const address = pool === 'fresh' ? farAddress(this.random.next()) : this.random.pick(pool);
    this.claim('address', '', address.ip);
    return address;
  }

  /** The request members of every sign-in at this time. */
  request(
    atMs: number,
    address: Address,
    apps: { appId: string; resourceId: string },
  ): Parameters<typeof refreshSignIn>[1] & { requestId: string } {
    return {
      ...apps,
      atMs,
      address,
      requestId: this.random.guid(),
      correlationId: this.random.guid(),
      completedAfterMs: this.random.int(90_000, 900_000),
    };
  }

  /** The token of a session at `atMs`. After the last one expired, it requests the next. */
  tokenOf(session: Session, atMs: number): Token {
    // An owner keeps their own address, whatever happens in the session.
    const address = session.isLegitimate
      ? this.random.pick(session.pool as readonly Address[])
      : this.address(session.pool);
    if (!session.isForged && atMs - session.token.issuedMs > TOKEN_LIFE_MS) {
      const at = atMs - 1500;
      const request = {
        ...this.request(at, address, session),
        sessionId: session.sessionId,
        completedAfterMs: undefined,
      };
      const from = { client: session.client, device: undefined };
      const person = { ...session.account } as Person;
      this.signIn(session.home, refreshSignIn(person, request, from));
      session.token = { requestId: request.requestId, issuedMs: at };
    }
    return {
      tokenId: tokenIdOf(session.token.requestId),
      sessionId: session.sessionId,
      issuedMs: session.token.issuedMs,
      appId: session.appId,
      ip: address.ip,
      deviceId: undefined,
    };
  }
}
