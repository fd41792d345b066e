import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { visibleText } from '../../kit/text/visible-text.ts';
import { incidentTexts as t } from '../../texts/incident.ts';
import {
  layoutGraph,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type PlacedNode,
} from './graph-layout.ts';
import type { Story, StoryNode } from './incident-types.ts';

/** What is chosen in the picture: the id of a node or of a line. */
export type Selection = { readonly kind: 'node' | 'edge'; readonly id: string };

const NAME_CHARACTERS = 17;
const SESSION_CHARACTERS = 8;
const ACT_CHARACTERS = 16;

const useStyles = makeStyles({
  scroll: { overflow: 'auto', flexShrink: 0 },
  box: {
    fill: tokens.colorNeutralBackground1,
    stroke: tokens.colorNeutralStroke1,
    strokeWidth: '1.2',
  },
  suspect: { stroke: 'var(--answerNo)', strokeWidth: '1.6' },
  cleared: { strokeDasharray: '4 3', stroke: 'var(--answerUnknown)', opacity: 0.55 },
  chosen: { strokeWidth: '3' },
  name: { fill: tokens.colorNeutralForeground1, fontSize: '11.5px' },
  kind: { fill: tokens.colorNeutralForeground2, fontSize: '10px' },
  line: { fill: 'none', stroke: tokens.colorNeutralStroke1Pressed, strokeWidth: '1.4' },
  doubtful: { strokeDasharray: '5 4' },
  wide: { fill: 'none', stroke: 'transparent', strokeWidth: '14' },
  act: {
    fill: tokens.colorNeutralForeground2,
    fontSize: '10px',
    paintOrder: 'stroke',
    stroke: tokens.colorNeutralBackground1,
    strokeWidth: '3px',
  },
  group: {
    cursor: 'pointer',
    ':focus': { outlineStyle: 'none' },
    ':focus-visible > rect': { stroke: tokens.colorStrokeFocus2, strokeWidth: '3' },
    ':focus-visible > path': { stroke: tokens.colorStrokeFocus2, strokeWidth: '3' },
  },
});

/**
 * Parties and objects from left to right: causes left of effects. One of them has the focus; the
 * arrow keys move it, Enter chooses. The table beside it states the same.
 *
 * @param cleared nodes that are no longer suspect under the what-if
 */
export function GraphView(props: {
  readonly story: Story;
  readonly cleared: ReadonlySet<string>;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection) => void;
}) {
  const styles = useStyles();
  const { story, cleared, selection, onSelect } = props;
  const layout = useMemo(() => layoutGraph(story.nodes, story.edges), [story]);
  const doubts = useMemo(() => new Set(story.doubts.map(({ finding }) => finding)), [story]);
  const { svg, current, onKeyDown, focus } = useGraphKeys(layout, onSelect);
  return (
    <div className={styles.scroll}>
      <svg
        ref={svg}
        role="group"
        aria-label={`${t.graph}. ${t.graphHelp}`}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{
          width: '100%',
          minWidth: `${Math.min(layout.width, 420)}px`,
          maxWidth: `${layout.width * 1.25}px`,
          display: 'block',
        }}
        onKeyDown={onKeyDown}
      >
        {layout.edges.map((edge) => (
          <EdgeLine
            key={edge.id}
            edge={edge}
            isDoubtful={isDoubtful(edge, doubts)}
            isCleared={[edge.from, edge.to].some((end) => isAllCleared(end, cleared))}
            isChosen={selection?.kind === 'edge' && selection.id === edge.id}
            isAtSource={linesAt(layout, edge.from) < linesAt(layout, edge.to)}
            onSelect={() => onSelect({ kind: 'edge', id: edge.id })}
          />
        ))}
        {layout.nodes.map((node) => (
          <NodeBox
            key={node.id}
            node={node}
            cleared={node.nodes.filter(({ id }) => cleared.has(id)).length}
            isChosen={selection?.kind === 'node' && selection.id === node.id}
            isCurrent={node.id === current}
            onFocus={() => focus(node.id)}
            onSelect={() => onSelect({ kind: 'node', id: node.id })}
          />
        ))}
      </svg>
    </div>
  );
}

function linesAt({ edges }: Layout, node: PlacedNode): number {
  return edges.filter(({ from, to }) => from === node || to === node).length;
}

/** An act of a finding whose omission changes the answer. */
function isDoubtful({ acts }: PlacedEdge, doubts: ReadonlySet<string>): boolean {
  return acts.every(
    ({ findings }) => findings.length > 0 && findings.some((finding) => doubts.has(finding)),
  );
}

function isAllCleared({ nodes }: PlacedNode, cleared: ReadonlySet<string>): boolean {
  return nodes.every(({ id }) => cleared.has(id));
}

function NodeBox(props: {
  readonly node: PlacedNode;
  /** Of its parties. */
  readonly cleared: number;
  readonly isChosen: boolean;
  readonly isCurrent: boolean;
  readonly onFocus: () => void;
  readonly onSelect: () => void;
}) {
  const styles = useStyles();
  const { node, cleared, isChosen, isCurrent, onFocus, onSelect } = props;
  const { name, kind } = titleOf(node);
  const all = node.nodes.length;
  const isSuspect = node.nodes.some(({ suspect }) => suspect);
  return (
    <g
      role="button"
      tabIndex={isCurrent ? 0 : -1}
      data-node={node.id}
      aria-pressed={isChosen}
      className={styles.group}
      onFocus={onFocus}
      onClick={onSelect}
      transform={`translate(${node.x} ${node.y})`}
    >
      <title>{t.nodeLabel(kind, name, cleared, all)}</title>
      <rect
        width={NODE_WIDTH}
        height={NODE_HEIGHT}
        rx="6"
        className={mergeClasses(
          styles.box,
          isSuspect && styles.suspect,
          isChosen && styles.chosen,
          cleared === all && styles.cleared,
        )}
      />
      <text x="8" y="15" className={styles.kind}>
        {cleared > 0 ? `${kind}, ${t.clearedText(cleared, all)}` : kind}
      </text>
      <text x="8" y="29" className={styles.name}>
        {cut(name, NAME_CHARACTERS)}
      </text>
    </g>
  );
}

function titleOf({ nodes }: PlacedNode): { readonly name: string; readonly kind: string } {
  const [first] = nodes;
  const kind = t.nodeKinds[first?.kind ?? 'other'] ?? '';
  const name = nodes.length === 1 ? visibleText(nameOf(first)) : t.groupOf(nodes.length, kind);
  return { kind, name };
}

/** The start of a session's id tells it from others. */
function nameOf(node: StoryNode | undefined): string {
  if (node?.kind === 'session') return `${node.name.slice(0, SESSION_CHARACTERS)}…`;
  return node?.name ?? '';
}

function EdgeLine(props: {
  readonly edge: PlacedEdge;
  readonly isDoubtful: boolean;
  readonly isCleared: boolean;
  readonly isChosen: boolean;
  /** The label is at the end where fewer lines meet. */
  readonly isAtSource: boolean;
  readonly onSelect: () => void;
}) {
  const styles = useStyles();
  const { edge, isDoubtful: isDashed, isCleared, isChosen, isAtSource, onSelect } = props;
  const { from, to, acts } = edge;
  const isForward = to.x > from.x;
  const [x1, y1] = [from.x + (isForward ? NODE_WIDTH : NODE_WIDTH / 2), from.y + NODE_HEIGHT / 2];
  const [x2, y2] = [to.x + (isForward ? 0 : NODE_WIDTH / 2), to.y + NODE_HEIGHT / 2];
  const bend = isForward ? (x2 - x1) / 2 : 0;
  const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  const [first] = acts;
  const act = acts.length === 1 ? visibleText(first?.text ?? '') : t.acts(acts.length);
  return (
    <g
      className={styles.group}
      role="button"
      tabIndex={-1}
      data-edge={edge.id}
      onClick={onSelect}
      style={{ opacity: isCleared ? 0.35 : 1 }}
    >
      <title>{t.edgeLabel(titleOf(from).name, actsText(acts), titleOf(to).name)}</title>
      <path
        d={path}
        className={mergeClasses(
          styles.line,
          isDashed && styles.doubtful,
          isChosen && styles.chosen,
        )}
      />
      <path d={path} className={styles.wide} />
      <text
        x={isAtSource ? x1 + 4 : x2 - 4}
        y={(isAtSource ? y1 : y2) - 4}
        textAnchor={isAtSource ? 'start' : 'end'}
        className={styles.act}
      >
        {cut(act, ACT_CHARACTERS)}
      </text>
    </g>
  );
}

function actsText(acts: PlacedEdge['acts']): string {
  return acts.map(({ text }) => visibleText(text)).join('; ');
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

type Layout = ReturnType<typeof layoutGraph>;

/** One node is in the order of the tab key. Arrows move to the nearest in their direction. */
function useGraphKeys(layout: Layout, onSelect: (selection: Selection) => void) {
  const svg = useRef<SVGSVGElement>(null);
  const [chosen, setCurrent] = useState<string>();
  const known = layout.nodes.find(({ id }) => id === chosen) ?? layout.nodes[0];
  const move = (to: PlacedNode | undefined): void => {
    if (to === undefined) return;
    setCurrent(to.id);
    const nodes = svg.current?.querySelectorAll<SVGGElement>('[data-node]') ?? [];
    [...nodes].find((each) => each.dataset['node'] === to.id)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (known === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') onSelect({ kind: 'node', id: known.id });
    else if (event.key in STEPS) move(nearest(layout, known, event.key));
    else return;
    event.preventDefault();
  };
  return { svg, current: known?.id, onKeyDown, focus: setCurrent };
}

const STEPS: Readonly<Record<string, readonly [layer: number, row: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

function nearest({ nodes }: Layout, from: PlacedNode, key: string): PlacedNode | undefined {
  const [layer = 0, row = 0] = STEPS[key] ?? [];
  const there = nodes.filter((node) =>
    layer === 0
      ? node.layer === from.layer && node.row === from.row + row
      : node.layer === from.layer + layer,
  );
  return there.sort((a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y))[0];
}
