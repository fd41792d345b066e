import { makeStyles, Subtitle1, Text, ToggleButton, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import { layoutGraph } from './graph-layout.ts';
import { GraphTable } from './graph-table.tsx';
import { GraphView, type Selection } from './graph-view.tsx';
import type { Story, StoryNode } from './incident-types.ts';

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px', flexShrink: 0, minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px 16px' },
  forms: { display: 'flex', gap: '4px' },
  detail: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingTop: '8px',
    display: 'grid',
    gap: '6px',
  },
  list: { margin: 0, paddingLeft: '18px', display: 'grid', gap: '4px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** Who tainted what: a picture or a table, and the evidence of what is chosen. */
export function GraphSection(props: {
  readonly story: Story;
  readonly cleared: ReadonlySet<string>;
}) {
  const styles = useStyles();
  const { story, cleared } = props;
  const [form, setForm] = useState<'graph' | 'table'>('graph');
  const [selection, setSelection] = useState<Selection>();
  if (story.nodes.length === 0) return <Text>{t.graphEmpty}</Text>;
  return (
    <div className={styles.section}>
      <div className={styles.head}>
        <Subtitle1 as="h2">{t.graph}</Subtitle1>
        <div className={styles.forms} data-print="no">
          <ToggleButton size="small" checked={form === 'graph'} onClick={() => setForm('graph')}>
            {t.asGraph}
          </ToggleButton>
          <ToggleButton size="small" checked={form === 'table'} onClick={() => setForm('table')}>
            {t.asTable}
          </ToggleButton>
        </div>
      </div>
      {form === 'graph' ? (
        <>
          <GraphView {...{ story, cleared, selection }} onSelect={setSelection} />
          <Detail story={story} selection={selection} />
        </>
      ) : (
        <GraphTable label={t.tableOf(t.graph)} story={story} edges={story.edges} />
      )}
      {story.nodesOmitted > 0 && <Text size={200}>{t.omitted(story.nodesOmitted)}</Text>}
    </div>
  );
}

function Detail(props: { readonly story: Story; readonly selection: Selection | undefined }) {
  const styles = useStyles();
  const { story, selection } = props;
  const { nodes, edges } = layoutGraph(story.nodes, story.edges);
  if (selection?.kind === 'edge') {
    const edge = edges.find(({ id }) => id === selection.id);
    if (edge !== undefined) return <GraphTable label={t.chosen} story={story} edges={edge.acts} />;
  }
  const chosen = nodes.find(({ id }) => selection?.kind === 'node' && id === selection.id);
  if (chosen === undefined) {
    return (
      <Text size={200} className={styles.faint}>
        {t.selectHint}
      </Text>
    );
  }
  return (
    <div className={styles.detail} aria-live="polite">
      {chosen.nodes.map((node) => (
        <NodeDetail key={node.id} node={node} story={story} />
      ))}
    </div>
  );
}

function NodeDetail(props: { readonly node: StoryNode; readonly story: Story }) {
  const styles = useStyles();
  const { node, story } = props;
  const own = story.edges.filter(({ from, to }) => from === node.id || to === node.id);
  return (
    <section>
      <Text weight="semibold">
        {t.nodeKinds[node.kind]} <SafeText text={node.name} />
      </Text>
      {node.detail !== null && (
        <Text size={200} className={styles.faint}>
          {' '}
          <SafeText text={node.detail} />
        </Text>
      )}
      {node.suspect ? (
        <ul className={styles.list}>
          {node.because.map((reason) => (
            <li key={`${reason.text} ${reason.at}`}>
              <SafeText text={reason.text} /> {reason.at !== null && <Time at={reason.at} />}{' '}
              {reason.confidence !== null && t.confidence(reason.confidence)}{' '}
              <Entries entries={reason.entries} max={3} />
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.faint}>{t.notSuspect}</p>
      )}
      {own.length > 0 && <GraphTable label={t.tableOf(node.name)} story={story} edges={own} />}
    </section>
  );
}
