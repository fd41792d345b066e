import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import figures from '../../../../../docs/detection.md?raw';
import { detectionTexts as t } from '../../texts/detections.ts';
import { type Block, blocksOf } from './markdown-blocks.ts';

const useStyles = makeStyles({
  figures: { display: 'flex', flexDirection: 'column', gap: '14px', maxWidth: '1100px' },
  scroll: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', fontSize: tokens.fontSizeBase200 },
  cell: {
    textAlign: 'left',
    verticalAlign: 'top',
    padding: '4px 14px 4px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  list: { margin: 0, paddingLeft: '18px' },
});

const BLOCKS: readonly Block[] = blocksOf(figures);

/** The measured figures of this version, as its documentation has them. */
export function FiguresTab() {
  const styles = useStyles();
  return (
    <div className={styles.figures}>
      <Text>{t.figuresNote}</Text>
      {BLOCKS.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the document does not change.
        <BlockView key={at} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { readonly block: Block }) {
  const styles = useStyles();
  switch (block.kind) {
    case 'heading':
      return <Subtitle2 as="h2">{block.text}</Subtitle2>;
    case 'paragraph':
      return <Text>{block.text}</Text>;
    case 'list':
      return (
        <ul className={styles.list}>
          {block.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      );
    case 'table':
      return <TableView block={block} />;
  }
}

function TableView({ block }: { readonly block: Extract<Block, { readonly kind: 'table' }> }) {
  const styles = useStyles();
  const [head = [], ...rows] = block.rows;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area needs the keyboard.
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={head.join(', ')}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col" className={styles.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join(' ')}>
              {row.map((cell, at) => (
                <td key={head[at]} className={styles.cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
