import { createHash } from 'node:crypto';
import type { FindingFact, KeptFinding } from '../../books/index.ts';
import { appNameOf } from '../../ocsf/index.ts';
import { INCIDENT_GAP_MS, NAMED_KEPT, SHARED_BY_MAX, VICTIMS_MIN } from './limits.ts';

/** Findings that belong together, since they name the same people, sessions, apps or addresses. */
export type Incident = {
  readonly id: string;
  /** Those that stand, in the order in which they were said first. */
  readonly findings: readonly KeptFinding[];
  /** Incidents that were others until a finding tied them to this one. */
  readonly merged: readonly Merger[];
  /** All that was ever in it: what was taken back as well. */
  readonly uids: ReadonlySet<string>;
};

export type Merger = {
  readonly id: string;
  /** The finding that tied them together, and the entry that says it. */
  readonly by: string;
  readonly entry: number;
};

export type Said = {
  /** Every revision of every finding, in the order of the ledger. */
  readonly history: readonly FindingFact[];
  /** The findings that stand. */
  readonly current: readonly KeptFinding[];
  /** How many people were seen behind an address: one that many share ties nobody to anybody. */
  readonly sharers?: ReadonlyMap<string, number>;
};

/**
 * Groups findings in the order in which the ledger says them. An incident keeps the id that it got
 * by its first finding, whatever joins it or is taken back; where a finding ties two together, the
 * older goes on and says which it took in.
 */
export function incidentsOf({ history, current, sharers = new Map() }: Said): Incident[] {
  const grouping = new Grouping(sharers);
  for (const fact of history) grouping.add(fact);
  const byUid = new Map(current.map((finding) => [finding.uid, finding]));
  return grouping.roots().flatMap(({ uids, merged }): Incident[] => {
    const findings = [...uids].flatMap((uid) => byUid.get(uid) ?? []).sort(bySaid);
    const [first = ''] = uids;
    return findings.length === 0 ? [] : [{ id: incidentId(first), findings, merged, uids }];
  });
}

/** The incident that a finding belongs to, by its id, by one that it took in, or by a finding. */
export function incidentNamed(incidents: readonly Incident[], id: string): Incident | undefined {
  return incidents.find(
    (incident) =>
      incident.id === id ||
      incident.uids.has(id) ||
      incident.merged.some((merger) => merger.id === id),
  );
}

/** Of the finding that began it: the same wherever the same is found. */
function incidentId(uid: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['incident', uid]))
    .digest('hex');
  return `incident-${digest.slice(0, 16)}`;
}

function bySaid(a: KeptFinding, b: KeptFinding): number {
  return (a.revisions[0] ?? a.index) - (b.revisions[0] ?? b.index);
}

type Group = {
  readonly at: number;
  /** In the order in which they came: the first one names the incident. */
  readonly uids: Set<string>;
  readonly merged: Merger[];
  into: Group | undefined;
};

type Named = { readonly group: Group; readonly firstMs: number; readonly lastMs: number };

class Grouping {
  readonly #sharers: ReadonlyMap<string, number>;
  readonly #groups: Group[] = [];
  readonly #byUid = new Map<string, Group>();
  readonly #byName = new Map<string, readonly Named[]>();

  constructor(sharers: ReadonlyMap<string, number>) {
    this.#sharers = sharers;
  }

  add({ index, uid, state, draft }: FindingFact): void {
    const names = state === 'open' ? namesIn(draft, this.#sharers) : [];
    const { firstMs, lastMs } = draft;
    const own = this.#byUid.get(uid);
    const near = names.flatMap((name) => this.#near(name, firstMs, lastMs));
    const tied = [...new Set([...(own === undefined ? [] : [own]), ...near].map(rootOf))];
    const [group = this.#begun(), ...others] = tied.sort((a, b) => a.at - b.at);
    group.uids.add(uid);
    this.#byUid.set(uid, group);
    for (const other of others) join(group, other, { by: uid, entry: index });
    for (const name of names) {
      const seen = this.#byName.get(name) ?? [];
      this.#byName.set(name, [...seen, { group, firstMs, lastMs }].slice(-NAMED_KEPT));
    }
  }

  roots(): Group[] {
    return this.#groups.filter(({ into }) => into === undefined);
  }

  #begun(): Group {
    const group = { at: this.#groups.length, uids: new Set<string>(), merged: [], into: undefined };
    this.#groups.push(group);
    return group;
  }

  #near(name: string, firstMs: number, lastMs: number): Group[] {
    const seen = this.#byName.get(name) ?? [];
    const near = seen.filter(
      (each) =>
        firstMs - each.lastMs <= INCIDENT_GAP_MS && each.firstMs - lastMs <= INCIDENT_GAP_MS,
    );
    return near.map(({ group }) => group);
  }
}

function rootOf(group: Group): Group {
  let at = group;
  while (at.into !== undefined) at = at.into;
  return at;
}

function join(group: Group, other: Group, how: Omit<Merger, 'id'>): void {
  const [first = ''] = other.uids;
  group.merged.push(...other.merged, { id: incidentId(first), ...how });
  for (const uid of other.uids) group.uids.add(uid);
  other.into = group;
}

/** What ties: of a finding about many people they are the victims, and tie it to nothing. */
function namesIn(
  { tenant, principals, sessions, apps, addresses }: FindingFact['draft'],
  sharers: ReadonlyMap<string, number>,
): string[] {
  const people = principals.filter((key) => !key.startsWith('system:'));
  const own = apps.filter((app) => appNameOf(app.toLowerCase()) === null);
  const narrow = addresses.filter((ip) => (sharers.get(ip) ?? 0) <= SHARED_BY_MAX);
  return [
    ...(people.length < VICTIMS_MIN ? people : []).map((key) => `person ${tenant} ${key}`),
    ...sessions.map((id) => `session ${id}`),
    ...own.map((id) => `app ${tenant} ${id.toLowerCase()}`),
    ...narrow.map((ip) => `address ${ip}`),
  ];
}
