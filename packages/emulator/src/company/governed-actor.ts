import type { Actor, Occurrence } from '../core/feed-record.ts';
import { accessRefusal } from '../directory/access.ts';
import type { Directory } from '../directory/directory.ts';
import type { Refusal } from '../directory/directory-effects.ts';
import { logonError } from '../records/sign-in-errors.ts';
import { factsOf, isHeld, withAccess } from './access-rows.ts';
import { follow } from './apply-occurrences.ts';
import { refusedSignIn, type SignInRow, signInOf, tokensOf } from './recorded-sign-in.ts';

/** Tokens that were never issued are remembered while a client might use them. */
const DEAD_TOKENS_MAX = 100_000;
/** Sessions that began after a change, for the affected people. */
const SESSIONS_MAX = 100_000;

/**
 * Applies directory changes to the activity of tenants.
 *
 * A sign-in that the directory stops fails with its code in every feed, and acts with its token do
 * not happen.
 */
export class GovernedActor implements Actor {
  readonly #actor: Actor;
  readonly #directories: ReadonlyMap<string, Directory>;
  /** Everything from before the emulator's start counts as from its start. */
  readonly #startMs: number;
  readonly #deadTokens = new Set<string>();
  readonly #sessions = new Map<string, number>();

  constructor(options: {
    readonly actor: Actor;
    readonly directories: ReadonlyMap<string, Directory>;
    readonly startMs: number;
  }) {
    this.#actor = options.actor;
    this.#directories = options.directories;
    this.#startMs = options.startMs;
  }

  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    for (const happening of this.#actor.happenings(fromMs, toMs)) {
      const directory = this.#directories.get(happening.tenantId);
      const left = directory === undefined ? happening : this.#decide(directory, happening);
      if (left === undefined) continue;
      if (directory === undefined) {
        yield left;
        continue;
      }
      follow(directory, left);
      yield withAccess(directory, left);
    }
  }

  /** A sign-in that failed after it was simulated. Acts with its token do not happen. */
  refuse(happening: Occurrence, code: number): Occurrence {
    const row = signInOf(happening);
    if (row === undefined) return happening;
    forgetOldest(this.#deadTokens, DEAD_TOKENS_MAX);
    this.#deadTokens.add(row.tokenId);
    return refusedSignIn(happening, code);
  }

  #decide(directory: Directory, happening: Occurrence): Occurrence | undefined {
    const row = signInOf(happening);
    if (row === undefined) {
      if (this.#deadTokens.size === 0) return happening;
      return tokensOf(happening).some((token) => this.#deadTokens.has(token))
        ? undefined
        : happening;
    }
    if (!isConcerned(directory, row)) return happening;
    const refusal = this.#refusal(directory, row, happening) ?? ofAccess(directory, happening);
    if (refusal === undefined) {
      if (row.isFresh && row.sessionId !== undefined)
        remember(this.#sessions, row.sessionId, happening.atMs, SESSIONS_MAX);
      return happening;
    }
    return this.refuse(happening, refusal.code);
  }

  #refusal(directory: Directory, row: SignInRow, happening: Occurrence): Refusal | undefined {
    const { atMs, truth } = happening;
    const { userId, isFresh } = row;
    const { state, effects } = directory;
    const client = state.everId('servicePrincipals', row.appId);
    const device = row.deviceId && state.everId('devices', row.deviceId);
    // An intruder knows an old password, or that of an account of the intrusion. Owners know their
    // new one.
    const passwordKnownMs = truth.isAttacker ? this.#learnedMs(directory, userId) : atMs;
    const isOwner = isFresh && !truth.isAttacker;
    const session = row.sessionId === undefined ? undefined : this.#sessions.get(row.sessionId);
    const attempt = {
      atMs,
      resourceAppId: row.resourceAppId,
      ...(userId !== undefined && { userId }),
      ...(userId !== undefined && isFresh && !row.isFederated && { passwordKnownMs }),
      ...(userId !== undefined && !isFresh && { grantIssuedMs: session ?? this.#startMs }),
      ...(client !== undefined && { appId: row.appId }),
      ...(device && { deviceId: device }),
      ...(userId === undefined && row.credential && { credential: row.credential }),
    };
    const refusal = effects.refusalOf(attempt);
    // The owner sets a new password and is signed in.
    if (refusal?.code === 50055 && isOwner && userId !== undefined) {
      const change = { act: 'set-password', id: userId, how: 'changed', mustChange: 'no' } as const;
      directory.follow([change], atMs);
      return undefined;
    }
    return refusal ?? (client === undefined ? undefined : ofConsent(directory, row, client));
  }

  #learnedMs({ state }: Directory, userId: string | undefined): number {
    if (userId === undefined || state.seed.set('users').indexOf(userId) !== undefined)
      return this.#startMs;
    const madeMs = Date.parse(String(state.get('users', userId)?.['createdDateTime']));
    // Directories store seconds.
    return Number.isNaN(madeMs) ? this.#startMs : madeMs + 1000;
  }
}

/**
 * A cheap filter, because it runs for every sign-in of a million people: did anything relevant
 * change?
 */
function isConcerned({ state }: Directory, row: SignInRow): boolean {
  if (state.touchedCount('conditionalAccessPolicies') > 0) return true;
  if (row.userId !== undefined) {
    if (state.isTouched('users', row.userId) || state.isTouched('riskyUsers', row.userId))
      return true;
  }
  if (row.deviceId !== undefined && state.touchedCount('devices') > 0) {
    const device = state.everId('devices', row.deviceId);
    if (device !== undefined && state.isTouched('devices', device)) return true;
  }
  const isSoftwareTouched =
    state.touchedCount('servicePrincipals') > 0 ||
    state.touchedCount('applications') > 0 ||
    state.touchedCount('oauth2PermissionGrants') > 0;
  if (!isSoftwareTouched) return false;
  const client = state.everId('servicePrincipals', row.appId);
  const application = state.everId('applications', row.appId);
  return (
    (client !== undefined && state.isTouched('servicePrincipals', client)) ||
    (application !== undefined && state.isTouched('applications', application))
  );
}

/** Evaluates changed policies. Normal activity already complies with the initial ones. */
function ofAccess({ state }: Directory, { records }: Occurrence): Refusal | undefined {
  if (state.touchedCount('conditionalAccessPolicies') === 0) return undefined;
  const row = records.findLast(({ feed }) => feed === 'graph/signIns')?.body;
  const facts = row && factsOf(row);
  if (row === undefined || facts === undefined || !isHeld(row)) return undefined;
  const code = accessRefusal(state, facts);
  return code === undefined ? undefined : { code, symbol: logonError(code) ?? '' };
}

/** A third-party client without a remaining consent. */
function ofConsent(
  { state, effects }: Directory,
  { appId, userId, resourceAppId }: SignInRow,
  clientId: string,
): Refusal | undefined {
  if (userId === undefined) return undefined;
  const hadGrants = state.log
    .since(0, 'oauth2PermissionGrants')
    ?.some(({ what }) => what !== 'set');
  const isMade = state.seed.set('servicePrincipals').indexOf(clientId) === undefined;
  if (!isMade || hadGrants !== true) return undefined;
  return effects.grantedScopes(appId, resourceAppId, userId).length > 0
    ? undefined
    : { code: 65001, symbol: 'DelegationDoesNotExist' };
}

function remember(map: Map<string, number>, key: string, value: number, most: number): void {
  forgetOldest(map, most);
  map.set(key, value);
}

function forgetOldest(kept: Map<string, number> | Set<string>, most: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size < most) break;
    kept.delete(oldest);
  }
}
