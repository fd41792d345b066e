import type { Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import { applyChange } from './apply-change.ts';
import { type Home, recordsOf } from './audit-records.ts';
import { describe } from './describe-change.ts';
import { DirectoryEffects, type Effects } from './directory-effects.ts';
import { DirectoryState } from './directory-state.ts';

import {
  type AppliedChange,
  type Change,
  ChangeRefused,
  type Circumstances,
} from './model/directory-change.ts';
import type { DirectoryObject, DirectorySeed, Kind } from './model/directory-seed.ts';

/** The service says "a few minutes" until a revocation, a disabling or a reset bites. */
const EFFECT_DELAY_MS: { readonly least: number; readonly most: number } = {
  least: 20_000,
  most: 240_000,
};

export type DirectoryOptions = {
  readonly seed: DirectorySeed;
  /** The PUID of a user in audit records; default: one that the id makes. */
  readonly puid?: (userId: string) => string | undefined;
  /** How long a change takes to bite in sign-ins; default: 20 s to 4 min, drawn. */
  readonly effectDelayMs?: (id: string, atMs: number) => number;
};

type Late = { readonly object: DirectoryObject; readonly untilMs: number };

/** Changes of these are seen late by the login authority. */
const LATE: readonly Kind[] = ['users', 'servicePrincipals', 'devices'];

/**
 * A tenant's directory: read it through `state`, change it with `apply`, ask `effects` what it
 * stops.
 */
export class Directory {
  readonly state: DirectoryState;
  readonly effects: Effects;
  readonly #puid: (userId: string) => string;
  readonly #delayMs: (id: string, atMs: number) => number;
  /** Objects as they were before a change that has not bitten yet. */
  readonly #late = new Map<string, Late>();

  constructor({ seed, puid, effectDelayMs }: DirectoryOptions) {
    this.state = new DirectoryState(seed);
    this.#puid = (userId) => puid?.(userId) ?? inventedPuid(userId);
    this.#delayMs = effectDelayMs ?? ((id, atMs) => drawnDelay(seed.tenantId, id, atMs));
    this.effects = new DirectoryEffects(this.state, (kind, id, atMs) => {
      const late = this.#late.get(id);
      if (late !== undefined && late.untilMs > atMs) return late.object;
      if (late !== undefined) this.#late.delete(id);
      return this.state.get(kind, id);
    });
  }

  get tenantId(): string {
    return this.state.seed.tenantId;
  }

  /**
   * Makes the changes in order, as one act, and gives back what the feeds must carry of it. Throws
   * ChangeRefused at the first change that cannot be made; those before it stay made.
   */
  apply(changes: Change | readonly Change[], circumstances: Circumstances): Occurrence {
    const list: readonly Change[] = 'act' in changes ? [changes] : changes;
    const activities = list.flatMap((change) => {
      const applied = applyChange(this.state, change, circumstances.atMs);
      this.#noteLate(applied, circumstances.atMs);
      return describe(this.state, applied, circumstances);
    });
    return {
      atMs: circumstances.atMs,
      tenantId: this.tenantId,
      truth: circumstances.truth,
      records: recordsOf(activities, circumstances, this.#home()),
    };
  }

  #home(): Home {
    const organization = this.state.get('organizations', this.tenantId);
    const named = organization?.['displayName'];
    const displayName = typeof named === 'string' ? named : this.tenantId;
    let domain = '';
    for (const { object } of this.state.list('domains'))
      if (object['isDefault'] === true) domain = object.id;
    return { id: this.tenantId, domain, displayName, puid: this.#puid };
  }

  /**
   * Makes changes that have left their records already. What is there already, or no longer there,
   * is as it should be.
   */
  follow(changes: readonly Change[], atMs: number): void {
    for (const change of changes) {
      try {
        this.#noteLate(applyChange(this.state, change, atMs), atMs);
      } catch (error) {
        if (!(error instanceof ChangeRefused)) throw error;
      }
    }
  }

  #noteLate({ change, before }: AppliedChange, atMs: number): void {
    if (before === undefined) return;
    const kind = 'kind' in change ? change.kind : 'users';
    if (!LATE.some((late) => late === kind)) return;
    const late = this.#late.get(before.id);
    if (late !== undefined && late.untilMs > atMs) return;
    this.#late.set(before.id, { object: before, untilMs: atMs + this.#delayMs(before.id, atMs) });
  }
}

function drawnDelay(tenantId: string, id: string, atMs: number): number {
  const random = new SeededRandom(tenantId, 'effect', id, atMs);
  return random.int(EFFECT_DELAY_MS.least, EFFECT_DELAY_MS.most);
}

/** 16 hex digits, as the service numbers people. */
function inventedPuid(userId: string): string {
  return `10033${userId.replaceAll('-', '').slice(-11)}`.toUpperCase();
}
