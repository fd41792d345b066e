import { NEIGHBORS_MAX } from './limits.ts';
import { type Entity, type Node, TIE_KINDS } from './ties.ts';

/** Two findings that name the same entity. */
export type Edge = { readonly from: Node; readonly to: Node; readonly by: Entity };

type EntitiesOf = (node: Node) => readonly Entity[];
type WithinMs = (edge: Edge) => number;

/**
 * Links each finding with the earlier one that names the same entity and ends last, if it is near
 * enough. These links connect everything that an entity connects. Strongest first.
 */
export function edgesAmong(
  nodes: readonly Node[],
  entitiesOf: EntitiesOf,
  withinMs: WithinMs,
): Edge[] {
  const edges: Edge[] = [];
  for (const { entity: by, nodes: own } of entityNodes(nodes, entitiesOf).values()) {
    let latest = own[0] as Node;
    for (const node of own.slice(1)) {
      const edge = { from: latest, to: node, by };
      if (gapMs(edge) <= withinMs(edge)) edges.push(edge);
      if (endMs(node) > endMs(latest)) latest = node;
    }
  }
  return edges.sort(strongestFirst);
}

/** For each finding, its strongest link to a target. */
export function edgesToClosest(
  nodes: readonly Node[],
  targets: readonly Node[],
  entitiesOf: EntitiesOf,
  withinMs: WithinMs,
): Edge[] {
  const named = entityNodes(targets, entitiesOf);
  return nodes.flatMap((from): Edge[] => {
    const edges = entitiesOf(from).flatMap((by): Edge[] => {
      const near = around(named.get(keyOf(by))?.nodes ?? [], from);
      return near
        .filter((to) => to !== from)
        .map((to) => ({ from, to, by }))
        .filter((edge) => gapMs(edge) <= withinMs(edge));
    });
    const [strongest] = edges.sort(strongestFirst);
    return strongest === undefined ? [] : [strongest];
  });
}

type EntityNodes = { readonly entity: Entity; readonly nodes: Node[] };

/** Findings by entity, in time order. */
function entityNodes(
  nodes: readonly Node[],
  entitiesOf: EntitiesOf,
): ReadonlyMap<string, EntityNodes> {
  const found = new Map<string, EntityNodes>();
  for (const node of nodes) {
    for (const entity of entitiesOf(node)) {
      const known = found.get(keyOf(entity));
      if (known === undefined) found.set(keyOf(entity), { entity, nodes: [node] });
      else known.nodes.push(node);
    }
  }
  return found;
}

function keyOf({ kind, id }: Entity): string {
  return `${kind} ${id}`;
}

/** The findings that begin nearest to one. */
function around(nodes: readonly Node[], { finding }: Node): readonly Node[] {
  const atMs = finding.draft.firstMs;
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle] as Node).finding.draft.firstMs < atMs) low = middle + 1;
    else high = middle;
  }
  return nodes.slice(Math.max(0, low - NEIGHBORS_MAX), low + NEIGHBORS_MAX);
}

function strongestFirst(a: Edge, b: Edge): number {
  return (
    TIE_KINDS.indexOf(a.by.kind) - TIE_KINDS.indexOf(b.by.kind) ||
    gapMs(a) - gapMs(b) ||
    startMs(a) - startMs(b) ||
    compare(textOf(a), textOf(b))
  );
}

/** The quiet time between the two. */
function gapMs({ from, to }: Edge): number {
  const [a, b] = [from.finding.draft, to.finding.draft];
  return Math.max(0, a.firstMs - b.lastMs, b.firstMs - a.lastMs);
}

function startMs({ from, to }: Edge): number {
  return Math.min(from.finding.draft.firstMs, to.finding.draft.firstMs);
}

function endMs({ finding }: Node): number {
  return finding.draft.lastMs;
}

function textOf({ from, to, by }: Edge): string {
  return `${from.finding.uid} ${to.finding.uid} ${by.id}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
