import type { StoryEdge, StoryNode } from './incident-types.ts';

/** Sizes in the units of the picture. */
export const NODE_WIDTH = 132;
export const NODE_HEIGHT = 38;
const GAP_X = 76;
const GAP_Y = 12;
const MARGIN = 6;

export type PlacedNode = {
  readonly id: string;
  readonly nodes: readonly StoryNode[];
  readonly layer: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
};

/** All acts between two nodes are one line. */
export type PlacedEdge = {
  readonly id: string;
  readonly from: PlacedNode;
  readonly to: PlacedNode;
  readonly acts: readonly StoryEdge[];
};

export type GraphLayout = {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
};

/** A layer with more nodes shows the rest as one. */
const LAYER_NODES_MAX = 12;

type Group = { readonly id: string; readonly nodes: readonly StoryNode[] };

/**
 * A layered drawing (Sugiyama, Tagawa and Toda, 1981): causes left of their effects, and each
 * layer ordered by the middle of its neighbors, so that few lines cross.
 */
export function layoutGraph(nodes: readonly StoryNode[], edges: readonly StoryEdge[]): GraphLayout {
  const layers = layersOf(nodes, edges);
  const groups = layers.map((layer, at) => grouped(layer, edges, at));
  const groupOf = new Map(
    groups.flatMap((layer) => layer.flatMap((group) => group.nodes.map(({ id }) => [id, group]))),
  );
  const lines = bundled(edges, groupOf);
  const ordered = orderedLayers(groups, lines);
  const height = Math.max(1, ...ordered.map(({ length }) => length)) * (NODE_HEIGHT + GAP_Y);
  const placed = ordered.flatMap((layer, at) => {
    const top = (height - layer.length * (NODE_HEIGHT + GAP_Y)) / 2;
    return layer.map(
      (group, row): PlacedNode => ({
        ...group,
        ...{ layer: at, row },
        x: MARGIN + at * (NODE_WIDTH + GAP_X),
        y: MARGIN + top + row * (NODE_HEIGHT + GAP_Y) + GAP_Y / 2,
      }),
    );
  });
  const byId = new Map(placed.map((node) => [node.id, node]));
  return {
    nodes: placed,
    edges: lines.flatMap(({ id, from, to, acts }) => {
      const [one, other] = [byId.get(from), byId.get(to)];
      return one === undefined || other === undefined ? [] : [{ id, from: one, to: other, acts }];
    }),
    width: ordered.length * NODE_WIDTH + Math.max(0, ordered.length - 1) * GAP_X + 2 * MARGIN,
    height: height + 2 * MARGIN,
  };
}

/** The longest way from a node without a cause. A cycle is cut where it was entered. */
function layersOf(
  nodes: readonly StoryNode[],
  edges: readonly StoryEdge[],
): readonly (readonly StoryNode[])[] {
  const into = Map.groupBy(edges, ({ to }) => to);
  const depths = new Map<string, number>();
  const depthOf = (id: string, above: ReadonlySet<string>): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const causes = (into.get(id) ?? []).filter(({ from }) => !above.has(from) && from !== id);
    const within = new Set([...above, id]);
    const depth = causes.reduce((max, { from }) => Math.max(max, depthOf(from, within) + 1), 0);
    depths.set(id, depth);
    return depth;
  };
  const byDepth = Map.groupBy(nodes, ({ id }) => depthOf(id, new Set()));
  const depth = Math.max(0, ...byDepth.keys());
  return Array.from({ length: depth + 1 }, (_, at) => byDepth.get(at) ?? []);
}

/** Nodes without a line, and nodes beyond the limit, are one node for each kind. */
function grouped(
  layer: readonly StoryNode[],
  edges: readonly StoryEdge[],
  at: number,
): readonly Group[] {
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const alone = layer.filter(({ id }) => !linked.has(id));
  const others = layer.filter(({ id }) => linked.has(id));
  const rest = [...alone, ...others.slice(LAYER_NODES_MAX)];
  const collected = [...Map.groupBy(rest, ({ kind }) => kind)].map(([kind, own]): Group => {
    const [only, ...more] = own;
    const id = more.length === 0 && only !== undefined ? only.id : `group ${at} ${kind}`;
    return { id, nodes: own };
  });
  const single = others.slice(0, LAYER_NODES_MAX).map((node) => ({ id: node.id, nodes: [node] }));
  return [...single, ...collected];
}

type Line = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly acts: readonly StoryEdge[];
};

function bundled(
  edges: readonly StoryEdge[],
  groupOf: ReadonlyMap<string, Group>,
): readonly Line[] {
  const byEnds = Map.groupBy(
    edges,
    ({ from, to }) => `${groupOf.get(from)?.id}\n${groupOf.get(to)?.id}`,
  );
  return [...byEnds].flatMap(([id, acts]): Line[] => {
    const [from = '', to = ''] = id.split('\n');
    return from === to ? [] : [{ id, from, to, acts }];
  });
}

/** Sweeps that are enough for graphs of this size. */
const SWEEPS = 4;

function orderedLayers(
  layers: readonly (readonly Group[])[],
  lines: readonly Line[],
): readonly (readonly Group[])[] {
  let ordered = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const rows = new Map(
      ordered.flatMap((layer) => layer.map(({ id }, row) => [id, row / layer.length] as const)),
    );
    ordered = ordered.map((layer) =>
      layer
        .map((group, row) => ({
          group,
          weight: middleOf(group.id, lines, rows) ?? rowOf(row, layer),
        }))
        .sort((a, b) => a.weight - b.weight)
        .map(({ group }) => group),
    );
  }
  return ordered;
}

function rowOf(row: number, layer: readonly Group[]): number {
  return row / layer.length;
}

function middleOf(
  id: string,
  lines: readonly Line[],
  rows: ReadonlyMap<string, number>,
): number | undefined {
  const near = lines.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []));
  if (near.length === 0) return undefined;
  return near.reduce((sum, each) => sum + (rows.get(each) ?? 0), 0) / near.length;
}
