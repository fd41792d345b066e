import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { IncidentSource, Period, ServicePrincipal } from '../analysis/eviction-source.ts';
import { type Change, changesOf, learnParties } from '../analysis/foothold-changes.ts';
import { activityOf, type IntruderActivity, keysOf } from '../analysis/intruder-activity.ts';
import { addressName, appName, calledName, uidName } from '../analysis/party-names.ts';
import { FOOTHOLDS } from '../footholds/foothold-list.ts';
import { ADDRESS_LOOKBACK_MS, ENTRIES_ASKED_MAX, NAMES_ASKED_MAX } from '../limits.ts';
import { type ChangeIndex, indexChanges, openedBy } from '../reversals/change-index.ts';
import { type Name, PartyNames, type PartyReference } from '../reversals/parties.ts';
import { type AddressStatus, calledBy, statusesOf } from './addresses.ts';
import { type Habits, Lineage, type Seed, type Taint } from './lineage.ts';
import { type Clues, cluesOf } from './seeds.ts';

/** All inputs of the answers. */
export type Investigation = {
  readonly changes: ChangeIndex;
  /** Only changes by the intruders. A smaller lineage opened nothing else. */
  readonly theirs: ChangeIndex;
  readonly clues: Clues;
  readonly statuses: readonly AddressStatus[];
  readonly lineage: Lineage;
  readonly activity: IntruderActivity;
  /** The lineage if the records of this finding were harmless, also for other findings. */
  without(finding: string): Lineage;
};

export async function investigate(input: {
  readonly source: IncidentSource;
  readonly period: Period;
  readonly findings: readonly StoredFinding[];
  readonly seeds: readonly Seed[];
  /** Findings whose records count as harmless. */
  readonly without: readonly string[];
}): Promise<Investigation> {
  const { source, period, findings, seeds } = input;
  const changes = await changesOf(source, FOOTHOLDS, period);
  const rowsOf = await rowsBehind(source, findings);
  const clues = input.without.reduce(cluesWithout, cluesOf(findings, rowsOf, changes));
  const parties = await partiesOf(source, period, changes, [...seeds, ...clues.seeds]);
  const kept = await keptSeeds([...seeds, ...clues.seeds], async (some) => {
    // The lineage without any address decides to whom the addresses belong.
    const lineage = lineageOf(parties, some, changes);
    return statusesOf(clues.addresses, lineage, source, period.fromMs);
  });
  const { statuses } = kept;
  const followed = new Set(statuses.flatMap(({ ip, isFollowed }) => (isFollowed ? ip : [])));
  const addressSeeds = clues.addresses
    .filter(({ ip }) => followed.has(ip))
    .map(({ ip, taint }): Seed => ({ called: addressReference(ip), taint }));
  const whole = [...kept.seeds, ...addressSeeds];
  const widest = lineageOf(parties, whole, changes);
  const habits = await habitsOf(source, period, widest, { seeds, clues });
  const lineage = lineageOf(parties, whole, changes, habits);
  const activity = await activityOf(source, lineage, period);
  // A smaller lineage derives from a subset of these changes.
  const theirs = changes.filter(isTheirs(lineage));
  const [own, index] = [new Set(theirs), indexChanges(changes, FOOTHOLDS, parties)];
  return {
    ...{ changes: index, theirs: openedBy(index, (change) => own.has(change)) },
    ...{ clues, statuses, lineage, activity },
    without: (uid) => lineageOf(parties, whole.filter(withoutFinding(whole, uid)), theirs, habits),
  };
}

/** Without a named actor, the target counts. */
function isTheirs(lineage: Lineage): (change: Change) => boolean {
  return ({ act, meanings }) =>
    lineage.behind(act) !== undefined ||
    (act.actor.names.length === 0 && meanings.some(({ holder }) => lineage.of(holder)));
}

/**
 * The seeds that hold despite other users of their addresses, and the resulting address statuses.
 */
async function keptSeeds(
  seeds: readonly Seed[],
  statusesBy: (seeds: readonly Seed[]) => Promise<readonly AddressStatus[]>,
): Promise<{ readonly seeds: readonly Seed[]; readonly statuses: readonly AddressStatus[] }> {
  const statuses = await statusesBy(seeds);
  const crowded = new Set(statuses.flatMap(({ ip, isCrowded }) => (isCrowded ? ip : [])));
  const kept = seeds.filter(({ unlessShared }) => !crowded.has(unlessShared ?? ''));
  if (kept.length === seeds.length) return { seeds, statuses };
  return { seeds: kept, statuses: await statusesBy(kept) };
}

function lineageOf(
  parties: PartyNames,
  seeds: readonly Seed[],
  changes: readonly Change[],
  habits?: Habits,
): Lineage {
  const lineage = new Lineage(parties, habits);
  for (const { called, taint } of seeds) lineage.taint(called, taint);
  lineage.close(changes);
  return lineage;
}

/** Several findings may cite one record. If it is harmless, it supports none of them. */
export function withoutFinding(
  all: readonly { readonly taint: Taint }[],
  uid: string,
): (one: { readonly taint: Taint }) => boolean {
  const isOf = ({ origin }: Taint): boolean => origin.kind === 'finding' && origin.uid === uid;
  const harmless = new Set(all.flatMap(({ taint }) => (isOf(taint) ? taint.entries : [])));
  return ({ taint }) => {
    if (taint.origin.kind !== 'finding') return true;
    return !isOf(taint) && !taint.entries.every((entry) => harmless.has(entry));
  };
}

function cluesWithout(clues: Clues, uid: string): Clues {
  const { seeds, addresses, passwords } = clues;
  const isKept = withoutFinding([...seeds, ...addresses, ...passwords], uid);
  return {
    ...clues,
    seeds: seeds.filter(isKept),
    addresses: addresses.filter(isKept),
    passwords: passwords.filter(isKept),
  };
}

function addressReference(ip: string): PartyReference {
  return { names: [addressName(ip)], tenant: '', atMs: 0 };
}

/** The events that each finding cites. */
async function rowsBehind(
  source: IncidentSource,
  findings: readonly StoredFinding[],
): Promise<(finding: StoredFinding) => readonly EventRow[]> {
  const byEntry = new Map<number, EventRow>();
  const entries = [...new Set(findings.flatMap(({ draft }) => draft.entries))];
  const firstMs = Math.min(...findings.map(({ draft }) => draft.firstMs));
  const lastMs = Math.max(...findings.map(({ draft }) => draft.lastMs));
  for (const some of chunked(entries, ENTRIES_ASKED_MAX)) {
    const period = { fromMs: firstMs, toMs: lastMs + 1 };
    for await (const row of source.events(some, period)) {
      for (const entry of row.entries) byEntry.set(entry, row);
    }
  }
  return ({ draft }) => [...new Set(draft.entries.flatMap((entry) => byEntry.get(entry) ?? []))];
}

/** The identities of parties from changes and sign-ins, with their names over time. */
async function partiesOf(
  source: IncidentSource,
  period: Period,
  changes: readonly Change[],
  seeds: readonly Seed[],
): Promise<PartyNames> {
  const parties = new PartyNames();
  const principals = await source.servicePrincipals(period);
  learnParties(
    parties,
    changes,
    principals.map((each) => principalReference(each, period.fromMs)),
  );
  for (const { called } of seeds) parties.learn(called);
  const names = new Set<Name>();
  for (const { called } of seeds) for (const name of called.names) names.add(name);
  for (const { act, meanings } of changes) {
    for (const name of act.actor.names) names.add(name);
    for (const { holder } of meanings) for (const name of holder.names) names.add(name);
  }
  for (const some of chunked([...names], NAMES_ASKED_MAX)) {
    const accounts = await source.accounts(valuesOf(some, 'uid:'), valuesOf(some, 'name:'));
    for (const { tenant, uid, name, firstMs: atMs } of accounts) {
      parties.learn({ names: [uidName(uid), calledName(tenant, name)], tenant, atMs });
    }
  }
  return parties;
}

function principalReference(
  { tenant, uid, appId, name }: ServicePrincipal,
  atMs: number,
): PartyReference {
  const names = [
    ...(uid === null ? [] : [uidName(uid)]),
    ...(appId === null ? [] : [appName(appId)]),
    ...(name === null ? [] : [calledName(tenant, name)]),
  ];
  return { names, tenant, atMs };
}

function valuesOf(names: readonly Name[], kind: string): string[] {
  return names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
}

/**
 * The addresses from which account owners worked before the attack.
 *
 * They do not matter for an account that a person named, or whose findings all come from such an
 * address.
 */
async function habitsOf(
  source: IncidentSource,
  { fromMs }: Period,
  lineage: Lineage,
  { seeds, clues }: { readonly seeds: readonly Seed[]; readonly clues: Clues },
): Promise<Habits> {
  const before = { fromMs: fromMs - ADDRESS_LOOKBACK_MS, toMs: fromMs };
  const places = new Map<Name, Set<string>>();
  for (const some of chunked(keysOf(lineage), NAMES_ASKED_MAX)) {
    for (const user of await source.placesOf(some, before)) {
      const party = lineage.partyOf(calledBy(user));
      if (party !== undefined) places.set(party, (places.get(party) ?? new Set()).add(user.ip));
    }
  }
  for (const { called } of seeds) places.delete(lineage.partyOf(called) ?? '');
  const acts = Map.groupBy(clues.acts, ({ actor }) => lineage.partyOf(actor));
  for (const [party, own] of acts) {
    const known = places.get(party ?? '');
    if (known === undefined) continue;
    const isElsewhere = own.some(({ ip }) => ip !== null && !known.has(ip));
    if (!isElsewhere) places.delete(party ?? '');
  }
  return { isOwn: (party, ip) => places.get(party)?.has(ip) === true };
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
