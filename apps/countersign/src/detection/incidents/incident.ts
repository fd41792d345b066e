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

/** Findings that an analyst would consider one attack. */
export type Incident = {
  /** Derived from the first finding, so that the same findings give the same id. */
  readonly id: string;
  /** Current findings, in order of their first event. */
  readonly findings: readonly StoredFinding[];
  /** Why they belong together: one tie fewer than findings. */
  readonly ties: readonly Tie[];
  /** All findings that were ever in it, withdrawn ones included. */
  readonly uids: ReadonlySet<string>;
};

/** Two findings that belong together, and the entity that ties them. */
export type Tie = {
  readonly findings: readonly [earlier: string, later: string];
  readonly by: Entity;
};

/**
 * Groups findings by the entities that they name.
 *
 * Findings of sufficient severity tie each other if they share an entry, session, application,
 * address or person within a time, unless many innocent people share it. Administrators' changes
 * and low-severity findings join the closest incident, and tie no two. What one administrator did
 * within an hour, and joins nothing, is one incident.
 *
 * The result depends on the findings and the store, not on the order of either.
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
 * The incidents that a text names: by a current or former id, by a finding's id, or by a part of
 * these.
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

/** The entities by which a finding ties others. */
function tiesOf(node: Node): readonly Entity[] {
  const { entries, channels, people } = node;
  return [...entries, ...channels, ...(isByAdministrator(node) ? [] : people)];
}

function isByAdministrator({ administrators }: Node): boolean {
  return administrators.length > 0;
}

/**
 * The entities by which a finding joins others.
 *
 * Victims keep working beside an intruder, also in a stolen session. So a session does not tie
 * actions at another place than the intruder's, nor a person actions from a common address.
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
 * How far a joining finding may be from its target.
 *
 * An administrator's change after the last finding about a person is cleanup. Before it, or if the
 * attack goes on, it is daily work.
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

/** In the middle of a chain of many hours, the person's work is normal. */
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

  /** @param nodes in time order */
  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /** @param edges strongest first; an edge within a group adds nothing */
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
