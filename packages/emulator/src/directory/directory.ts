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
  type Circumstances,
  DirectoryChangeError,
} from './model/directory-change.ts';
import type { DirectoryObject, DirectorySeed, Kind } from './model/directory-seed.ts';

/** The service documents "a few minutes" until a revocation, disabling or reset takes effect. */
const EFFECT_DELAY_MS: { readonly least: number; readonly most: number } = {
  least: 20_000,
  most: 240_000,
};

export type DirectoryOptions = {
  readonly seed: DirectorySeed;
  /** The PUID of a user in audit records. Default: derived from the id. */
  readonly puid?: (userId: string) => string | undefined;
  /** Delay until a change affects sign-ins. Default: random between 20 s and 4 min. */
  readonly effectDelayMs?: (id: string, atMs: number) => number;
};

type Late = { readonly object: DirectoryObject; readonly untilMs: number };

/** The login authority sees changes of these with a delay. */
const LATE: readonly Kind[] = ['users', 'servicePrincipals', 'devices'];

/** A tenant's directory: `state` reads it, `apply` changes it, `effects` decides what it stops. */
export class Directory {
  readonly state: DirectoryState;
  readonly effects: Effects;
  readonly #puid: (userId: string) => string;
  readonly #delayMs: (id: string, atMs: number) => number;
  /** Earlier versions of objects whose change has not taken effect yet. */
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
   * Applies changes in order as one act, and returns the records for the feeds.
   *
   * Throws ChangeRefused at the first impossible change; earlier ones stay.
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
   * Applies changes whose records exist already. It tolerates objects that exist already or no
   * longer exist.
   */
  follow(changes: readonly Change[], atMs: number): void {
    for (const change of changes) {
      try {
        this.#noteLate(applyChange(this.state, change, atMs), atMs);
      } catch (error) {
        if (!(error instanceof DirectoryChangeError)) throw error;
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
