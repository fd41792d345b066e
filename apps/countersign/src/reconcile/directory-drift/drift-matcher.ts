import { type Absence, severityOf } from '../actions/log-coverage.ts';
import { CLOCK_DIFFERENCE_MAX_MS, LISTING_LAG_MS } from '../limits.ts';
import type { ClaimedChange } from './claimed-change.ts';
import type { StateCause, StateUnknown } from './drift-verdict.ts';
import { type Privilege, type PrivilegeKind, UNREAD } from './privilege.ts';
import type { Listing, PrivilegeChange, PrivilegeHistory, Track } from './privilege-history.ts';

/** A change from one record, with its location. */
export type ObservedChange = ClaimedChange & {
  readonly index: number;
  readonly tenant: string;
  readonly atMs: number;
  readonly who: string | null;
};

/** A change of state or from events, and whether the other side has it. */
export type DriftMatch = {
  readonly about: 'state' | 'event';
  readonly kind: PrivilegeKind;
  readonly way: 'in' | 'out';
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly value: string;
  readonly name: string;
  readonly who: string | null;
  /** For a change of state: between the previous listing and this one. */
  readonly fromMs: number | null;
  readonly atMs: number;
  readonly entries: readonly number[];
  readonly cause: StateCause;
  readonly severity: 3 | 4;
};

export type MatcherParts = {
  readonly histories: readonly PrivilegeHistory[];
  /** In time order. */
  readonly observed: readonly ObservedChange[];
  /** What a missing record in a tenant's audit log means for a period. */
  readonly absence: (tenant: string, fromMs: number, toMs: number) => Absence;
  /** Some events are missing here, and may explain unmatched changes. */
  readonly isCut: boolean;
};

/** Matches directory changes with audit events, in both directions. */
export class DriftMatcher {
  readonly #parts: MatcherParts;
  readonly #byTenant: ReadonlyMap<string, readonly ObservedChange[]>;
  /** Privileges that an object has or had, by tenant and id. */
  readonly #tracks = new Map<string, Track[]>();
  /** An event that explained one change explains no other of the same privilege. */
  readonly #used = new Set<string>();

  constructor(parts: MatcherParts) {
    this.#parts = parts;
    this.#byTenant = Map.groupBy(parts.observed, ({ tenant }) => tenant);
    for (const { tracks } of parts.histories) {
      for (const track of tracks) {
        const key = `${track.tenant}\n${track.privilege.ids[0]}`;
        const known = this.#tracks.get(key);
        if (known === undefined) this.#tracks.set(key, [track]);
        else known.push(track);
      }
    }
  }

  /** Privileges that existed before the first listing. Nothing is reported about them. */
  get thereBefore(): number {
    let count = 0;
    for (const { tracks } of this.#parts.histories) {
      for (const { shifts } of tracks) {
        if (shifts.some(({ isBeginning, way }) => isBeginning && way === 'in')) count += 1;
      }
    }
    return count;
  }

  /** Each privilege that appeared or disappeared between two listings. */
  *shown(): Generator<DriftMatch> {
    for (const { tracks } of this.#parts.histories) {
      for (const track of tracks) {
        for (const shift of track.shifts) {
          if (!shift.isBeginning) yield this.#shown(track, shift);
        }
      }
    }
  }

  #shown({ tenant, privilege }: Track, shift: PrivilegeChange): DriftMatch {
    const { way, fromMs, atMs } = shift;
    const near = this.#between(
      tenant,
      fromMs - LISTING_LAG_MS,
      atMs + CLOCK_DIFFERENCE_MAX_MS,
    ).filter((observed) => !this.#used.has(`${observed.index}\n${way}\n${privilege.key}`));
    const exact = near.filter((observed) => explains(observed, privilege, way));
    for (const { index } of exact) this.#used.add(`${index}\n${way}\n${privilege.key}`);
    const isUnclear = near.some((observed) => mayExplain(observed, privilege, way));
    const absence = this.#parts.absence(tenant, fromMs, atMs);
    const cause: StateCause =
      exact.length > 0
        ? 'matched'
        : isUnclear
          ? 'event-unclear'
          : this.#weighed(absence, 'state-without-event');
    const { kind, ids, value, name } = privilege;
    return {
      ...{ about: 'state', kind, way, tenant, ids, value, name, fromMs, atMs, cause },
      who: exact[0]?.who ?? null,
      entries: [shift.index, ...exact.map(({ index }) => index)],
      severity: way === 'in' ? severityOf(absence) : 3,
    };
  }

  /** Each change in the audit log, once, however many records report it. */
  *said(): Generator<DriftMatch> {
    const groups = new Map<
      string,
      { observed: ObservedChange; value: string | null; all: ObservedChange[] }
    >();
    for (const observed of this.#parts.observed) {
      if (observed.kind === 'object') continue;
      const next = this.#nextListings(observed).map((each) => each?.index ?? -1);
      for (const value of observed.values ?? [null]) {
        const { tenant, kind, way, holder } = observed;
        const key = JSON.stringify([tenant, kind, way, holder, value, next]);
        const known = groups.get(key);
        if (known === undefined) groups.set(key, { observed, value, all: [observed] });
        else known.all.push(observed);
      }
    }
    for (const { observed, value, all } of groups.values()) yield this.#said(observed, value, all);
  }

  #said(
    observed: ObservedChange,
    value: string | null,
    all: readonly ObservedChange[],
  ): DriftMatch {
    const { kind, way, tenant, holder, who, atMs } = observed;
    const last = all.at(-1) ?? observed;
    const nexts = this.#nextListings(last);
    const endMs = Math.max(...nexts.map((next) => next?.atMs ?? atMs), atMs);
    const absence = this.#parts.absence(tenant, atMs, endMs);
    const found =
      kind in UNREAD
        ? 'not-collected'
        : value === null
          ? 'event-unclear'
          : this.#best(all, value, nexts);
    const cause = found === 'event-without-effect' ? this.#weighed(absence, found) : found;
    return {
      ...{ about: 'event', kind: kind as PrivilegeKind, way, tenant, who, atMs, cause },
      ...{ ids: [holder], value: value ?? '', name: holder, fromMs: null },
      entries: [
        ...all.map(({ index }) => index),
        ...(cause === 'event-without-effect' ? nexts.flatMap((next) => next?.index ?? []) : []),
      ],
      severity: 3,
    };
  }

  /** Some records of a change name more than others. */
  #best(
    all: readonly ObservedChange[],
    value: string,
    nexts: readonly (Listing | undefined)[],
  ): StateCause {
    const causes = all.map((observed) => this.#effect(observed, value, nexts));
    const good = causes.find((cause) => cause === 'matched' || cause === 'taken-back');
    return good ?? (causes.at(-1) as StateCause);
  }

  /** What later listings show of the change. */
  #effect(
    observed: ObservedChange,
    value: string,
    nexts: readonly (Listing | undefined)[],
  ): StateCause {
    const { way, atMs } = observed;
    const own = this.#tracksOf(observed, value);
    const listed = this.#histories(observed);
    if (listed.length === 0 && own.length === 0) return 'never-listed';
    const untilMs = nexts.includes(undefined)
      ? Number.POSITIVE_INFINITY
      : Math.max(...nexts.map((next) => next?.atMs ?? atMs));
    const isShown = own.some(({ shifts }) =>
      shifts.some(
        (shift) =>
          shift.way === way &&
          shift.atMs >= atMs - CLOCK_DIFFERENCE_MAX_MS &&
          shift.atMs <= untilMs,
      ),
    );
    if (isShown) return 'matched';
    const there = own.filter((track) => wasThere(track, untilMs));
    const isListed = listed.some(({ listings }) => (listings.at(-1)?.beganMs ?? 0) >= atMs);
    if (way === 'in' && there.length > 0 && isListed) return 'matched';
    if (nexts.length === 0) return 'never-listed';
    if (nexts.includes(undefined)) return 'not-listed-since';
    if (way === 'out' && there.length === 0) return 'matched';
    if (observed.isPlanned) return 'planned';
    // Several holders have the same value, and the record does not name the holder.
    if (there.length > 1) return 'event-unclear';
    return this.#takenBack(observed, value, untilMs) ?? 'event-without-effect';
  }

  #takenBack(
    observed: ObservedChange,
    value: string,
    untilMs: number,
  ): 'taken-back' | StateUnknown | undefined {
    const way = observed.way === 'in' ? 'out' : 'in';
    const behind = this.#between(observed.tenant, observed.atMs, untilMs + CLOCK_DIFFERENCE_MAX_MS);
    const others = behind.filter((other) => other.index !== observed.index && other.way === way);
    if (others.some((other) => takesBack(other, observed, value))) return 'taken-back';
    const privilege = { kind: observed.kind as PrivilegeKind, ids: [...observed.ids], value };
    const isUnclear = others.some((other) => mayExplain(other, privilege, way));
    return isUnclear ? 'event-unclear' : undefined;
  }

  #weighed(absence: Absence, mismatch: StateCause): StateCause {
    const cause = causeOf(absence);
    if (cause !== undefined) return cause;
    return this.#parts.isCut ? 'too-many-events' : mismatch;
  }

  #histories({ tenant, sources }: ObservedChange): PrivilegeHistory[] {
    return this.#parts.histories.filter(
      (each) => each.tenant === tenant && sources.includes(each.source) && each.listings.length > 0,
    );
  }

  /** For each part of the directory that would show the change, the first listing that must. */
  #nextListings(observed: ObservedChange): (Listing | undefined)[] {
    const fromMs = observed.atMs + LISTING_LAG_MS;
    return this.#histories(observed).map(({ listings }) =>
      listings.find(({ beganMs }) => beganMs >= fromMs),
    );
  }

  #tracksOf({ tenant, kind, ids }: ObservedChange, value: string): Track[] {
    return [...ids]
      .flatMap((id) => this.#tracks.get(`${tenant}\n${id}`) ?? [])
      .filter(
        ({ privilege }) =>
          privilege.kind === kind && privilege.value === value && isAmong(privilege, ids),
      );
  }

  /** The events of a tenant in `[fromMs, toMs]`. */
  #between(tenant: string, fromMs: number, toMs: number): ObservedChange[] {
    const all = this.#byTenant.get(tenant) ?? [];
    const found: ObservedChange[] = [];
    for (let at = firstFrom(all, fromMs); at < all.length; at++) {
      const observed = all[at] as ObservedChange;
      if (observed.atMs > toMs) break;
      found.push(observed);
    }
    return found;
  }
}

type ExpectedChange = Pick<Privilege, 'kind' | 'ids' | 'value'>;

function explains(observed: ObservedChange, privilege: ExpectedChange, way: 'in' | 'out'): boolean {
  if (observed.way !== way) return false;
  if (observed.kind === 'object') {
    const isOf = privilege.ids.some((id) => observed.ids.has(id));
    return isOf && (way === 'out' || observed.isRestored || privilege.kind === 'credential');
  }
  return (
    observed.kind === privilege.kind &&
    observed.values?.includes(privilege.value) === true &&
    isAmong(privilege, observed.ids)
  );
}

/** Whether a record without details, or an erased one, may be the explanation. */
function mayExplain(
  observed: ObservedChange,
  privilege: ExpectedChange,
  way: 'in' | 'out',
): boolean {
  if (observed.way !== way || observed.values !== null) return false;
  const isOfKind = observed.kind === privilege.kind || observed.kind === 'object';
  return isOfKind && (observed.ids.size === 0 || privilege.ids.some((id) => observed.ids.has(id)));
}

/** Whether a later event reverses this one. */
function takesBack(other: ObservedChange, observed: ObservedChange, value: string): boolean {
  if (other.kind === 'object') {
    const isOf = [...observed.ids].some((id) => other.ids.has(id));
    return isOf && (other.way === 'out' || other.isRestored);
  }
  const isSame = other.kind === observed.kind && other.values?.includes(value) === true;
  return isSame && other.ids.has(observed.holder);
}

/**
 * Whether a record names the privilege. Holder and value suffice, because a scope or role id
 * belongs to one resource, which not every record names. Only the all-zero default role exists for
 * every resource.
 */
function isAmong(
  { ids, value }: Pick<Privilege, 'ids' | 'value'>,
  named: ReadonlySet<string>,
): boolean {
  const needed = /^[0-]+$/.test(value) ? ids : ids.slice(0, 1);
  return needed.every((id) => named.has(id));
}

function wasThere({ shifts }: Track, atMs: number): boolean {
  return shifts.findLast((shift) => shift.atMs <= atMs)?.way === 'in';
}

function firstFrom(observed: readonly ObservedChange[], fromMs: number): number {
  let [low, high] = [0, observed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((observed[middle] as ObservedChange).atMs < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Undefined if the log is complete. Then a missing record means that there was no event. */
function causeOf({ cause }: Absence): StateUnknown | undefined {
  switch (cause) {
    case 'no-sign-in':
    case 'no-sign-in-delivered':
      return undefined;
    case 'not-settled':
      return 'audit-not-settled';
    case 'coverage-hole':
      return 'audit-hole';
    case 'older-than-source':
      return 'audit-younger';
    case 'no-sign-in-source':
      return 'no-audit-source';
    case 'erased':
      return 'audit-erased';
    default:
      return 'audit-unknown';
  }
}
