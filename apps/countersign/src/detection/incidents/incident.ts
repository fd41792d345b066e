import { createHash } from 'node:crypto';
import { idsNamed } from '@countersign/core';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { type Edge, edgesAmong, edgesToClosest } from './edges.ts';
import {
  CLEAN_UP_MS,
  CONTEXT_PERSON_MS,
  QUIET_CHANNEL_MS,
  QUIET_CONTEXT_MS,
  QUIET_PERSON_MS,
} from './limits.ts';
import { type Entity, type Node, nodeOf, type Surroundings } from './ties.ts';

/** Findings that an analyst would take for one attack. */
export type Incident = {
  /** Of the finding that begins it: the same wherever the same is found. */
  readonly id: string;
  /** Those that stand, in order of their first event. */
  readonly findings: readonly StoredFinding[];
  /** Why they belong together: one tie fewer than there are findings. */
  readonly ties: readonly Tie[];
  /** All that was ever in it: what was taken back as well. */
  readonly uids: ReadonlySet<string>;
};

/** That two findings belong together, and by what. */
export type Tie = {
  readonly findings: readonly [earlier: string, later: string];
  readonly by: Entity;
};

/**
 * Groups findings by what they name. Findings of some severity tie each other where they share an
 * entry, a session, an application, an address or a person within a time, and none of these is
 * what many innocent people share. What an administrator did, and findings of low severity, join
 * the incident that they are closest to, and tie no two together; what one administrator did within
 * an hour, and joins nothing, is one incident.
 *
 * It depends on the findings and on what the books hold, never on the order in which either came.
 */
export function incidentsOf(
  findings: readonly StoredFinding[],
  surroundings: Surroundings,
): Incident[] {
  const nodes = findings.map((finding) => nodeOf(finding, surroundings));
  const status = nodes.filter(({ finding }) => finding.state !== 'withdrawn').sort(byTime);
  const groups = new Groups(status);
  const suspects = status.filter(({ isSuspect }) => isSuspect);
  groups.unite(edgesAmong(suspects, tiesOf, quietMs));

  const alone = (node: Node): boolean => groups.isAlone(node);
  const sure = suspects.filter((node) => !isByAdministrator(node));
  const held = suspects.filter((node) => isByAdministrator(node) && alone(node));
  const reachMs = reachAmong(suspects);
  groups.unite(edgesToClosest(held, sure, namesOf, reachMs));
  const apart = held.filter(alone);
  groups.unite(
    edgesAmong(
      apart,
      ({ administrators }) => administrators,
      () => CONTEXT_PERSON_MS,
    ),
  );

  const context = status.filter(({ isSuspect }) => !isSuspect);
  groups.unite(edgesToClosest(context, suspects, namesOf, reachMs));
  groups.unite(edgesAmong(context.filter(alone), tiesOf, () => QUIET_CONTEXT_MS));

  const gone = nodes.filter(({ finding }) => finding.state === 'withdrawn');
  return groups.incidents(edgesToClosest(gone, status, namesOf, quietMs));
}

/**
 * The incidents that a text names: by an id that one has, or ever had by one of its findings, by
 * the id of a finding, or by a part of these.
 */
export function incidentsNamed(incidents: readonly Incident[], text: string): Incident[] {
  const byName = incidentNames(incidents);
  const given = text.trim();
  // Lists print an incident's id without its prefix.
  const ids = [...idsNamed(given, byName.keys()), ...idsNamed(PREFIX + given, byName.keys())];
  return [...new Set(ids.map((id) => byName.get(id) as Incident))];
}

/** All ids that name an incident: its own, former ones, and those of its findings. */
export function incidentNames(incidents: readonly Incident[]): ReadonlyMap<string, Incident> {
  const byName = new Map<string, Incident>();
  for (const incident of incidents) {
    for (const uid of incident.uids) {
      byName.set(uid, incident).set(incidentId(uid), incident);
    }
  }
  return byName;
}

const PREFIX = 'incident-';

/** The id of an incident that this finding begins. */
function incidentId(uid: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['incident', uid]))
    .digest('hex');
  return `${PREFIX}${digest.slice(0, 16)}`;
}

/** By what it ties others together. */
function tiesOf(node: Node): readonly Entity[] {
  const { entries, channels, people } = node;
  return [...entries, ...channels, ...(isByAdministrator(node) ? [] : people)];
}

function isByAdministrator({ administrators }: Node): boolean {
  return administrators.length > 0;
}

/**
 * By what it joins others. People work on beside an intruder, and in a session that was stolen too.
 * So the session does not tie what was done at a place that is not the intruder's, nor the person
 * what was done where people are at home.
 */
function namesOf(node: Node): readonly Entity[] {
  const { finding, entries, channels, people } = node;
  const isPlaced = finding.draft.addresses.length > 0;
  if (node.isSuspect || isByAdministrator(node) || !isPlaced) {
    return [...entries, ...channels, ...people];
  }
  const others = channels.filter(({ kind }) => kind !== 'session');
  return [...entries, ...others, ...(node.isFromCommonAddress ? [] : people)];
}

function quietMs({ by: { kind } }: Edge): number {
  return kind === 'person' ? QUIET_PERSON_MS : QUIET_CHANNEL_MS;
}

/**
 * How far a finding that only joins may lie from the one that it joins. What an administrator does
 * about a person cleans up where it comes behind the last that was found of that person; before
 * it, and where that goes on, it is their daily work.
 */
function reachAmong(suspects: readonly Node[]): (edge: Edge) => number {
  const begins = new Map<string, number[]>();
  for (const { finding, people } of suspects) {
    for (const { id } of people) {
      const known = begins.get(id);
      if (known === undefined) begins.set(id, [finding.draft.firstMs]);
      else known.push(finding.draft.firstMs);
    }
  }
  return ({ from, to, by: { kind, id } }) => {
    if (kind !== 'person') return QUIET_CHANNEL_MS;
    if (!isByAdministrator(from)) return isNearAnEnd(from, to) ? CONTEXT_PERSON_MS : NOT_AT_ALL;
    const { firstMs } = from.finding.draft;
    const goesOn = (begins.get(id) ?? []).some(
      (atMs) => atMs > firstMs + CONTEXT_PERSON_MS && atMs <= firstMs + QUIET_PERSON_MS,
    );
    return to.finding.draft.firstMs > firstMs || goesOn ? NOT_AT_ALL : CLEAN_UP_MS;
  };
}

const NOT_AT_ALL = -1;

/** During a chain of many hours, the person works as on any day. */
function isNearAnEnd({ finding: { draft } }: Node, { finding: { draft: chain } }: Node): boolean {
  return [chain.firstMs, chain.lastMs].some(
    (atMs) => Math.max(draft.firstMs - atMs, atMs - draft.lastMs) <= CONTEXT_PERSON_MS,
  );
}

function byTime({ finding: a }: Node, { finding: b }: Node): number {
  return a.draft.firstMs - b.draft.firstMs || (a.uid < b.uid ? -1 : 1);
}

class Groups {
  readonly #nodes: readonly Node[];
  readonly #parents = new Map<Node, Node>();
  readonly #edges: Edge[] = [];
  readonly #tied = new Set<Node>();

  /** @param nodes in order of time */
  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /** @param edges the strongest first: those that tie what is tied already say nothing new */
  unite(edges: readonly Edge[]): void {
    for (const edge of edges) {
      const [one, other] = [this.#rootOf(edge.from), this.#rootOf(edge.to)];
      if (one === other) continue;
      this.#parents.set(one, other);
      this.#edges.push(edge);
      this.#tied.add(edge.from).add(edge.to);
    }
  }

  isAlone(node: Node): boolean {
    return !this.#tied.has(node);
  }

  incidents(gone: readonly Edge[]): Incident[] {
    const members = Map.groupBy(this.#nodes, (node) => this.#rootOf(node));
    const edges = Map.groupBy(this.#edges, ({ from }) => this.#rootOf(from));
    const former = Map.groupBy(gone, ({ to }) => this.#rootOf(to));
    return [...members].map(([root, own]): Incident => {
      const first = own.find(({ isSuspect }) => isSuspect) ?? (own[0] as Node);
      const left = (former.get(root) ?? []).map(({ from }) => from);
      return {
        id: incidentId(first.finding.uid),
        findings: own.map(({ finding }) => finding),
        ties: (edges.get(root) ?? []).map(tieOf),
        uids: new Set([...own, ...left].map(({ finding }) => finding.uid)),
      };
    });
  }

  #rootOf(node: Node): Node {
    let root = node;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root))
      root = up;
    if (root !== node) this.#parents.set(node, root);
    return root;
  }
}

function tieOf({ from, to, by }: Edge): Tie {
  const [earlier, later] = [from, to].sort(byTime) as [Node, Node];
  return { findings: [earlier.finding.uid, later.finding.uid], by };
}
