import type { Operations } from '@countersign/client';
import { Dropdown, Field, makeStyles, Option } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useView } from '../../state/view.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';

type Entry = Operations['ledgerEntries']['output'];
type Kind = NonNullable<Operations['ledgerEntries']['input']['kind']>;

/** Kinds that Countersign and its operators write, in the words of the glossary. */
const KINDS: readonly Kind[] = [
  ...(['act', 'approval', 'config', 'coverage', 'decision', 'erasure', 'finding'] as const),
  ...(['gate', 'hold', 'import', 'key', 'pass'] as const),
];

const ALL = 'all';

const useStyles = makeStyles({ kind: { maxWidth: '260px' } });

/** Envelopes of entries, newest first. A row opens the entry with its proof. */
export function EntriesTab() {
  const styles = useStyles();
  const [view, change] = useView();
  const kind = KINDS.find((each) => each === view['kind']);
  const { tenant } = view;
  const entries = useItems('ledgerEntries', {
    newest: true,
    ...(kind !== undefined && { kind }),
    ...(tenant !== undefined && { tenant }),
  });
  return (
    <>
      <Field label={t.kinds} className={styles.kind}>
        <Dropdown
          value={kind ?? t.allKinds}
          selectedOptions={[kind ?? ALL]}
          onOptionSelect={(_, { optionValue }) => {
            change({ kind: optionValue === ALL ? undefined : optionValue }, { replaces: true });
          }}
        >
          <Option value={ALL}>{t.allKinds}</Option>
          {KINDS.map((each) => (
            <Option key={each} value={each}>
              {each}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <ItemTable
        label={t.tabs.entries}
        items={entries}
        columns={COLUMNS}
        rowKey={({ index }) => String(index)}
        looked={t.entriesLooked}
        isOpen={({ index }) => String(index) === view.entry}
        onOpen={({ index }) => change({ entry: String(index) })}
      />
    </>
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  {
    id: 'index',
    header: t.entry,
    width: '100px',
    cell: ({ index }) => <EvidenceLink entry={index} />,
    text: ({ index }) => String(index),
  },
  {
    id: 'kind',
    header: t.kind,
    width: '110px',
    cell: ({ leaf }) => <SafeText text={leaf.kind} />,
    text: ({ leaf }) => leaf.kind,
  },
  {
    id: 'at',
    header: t.happened,
    width: '200px',
    cell: ({ leaf }) => <Time at={leaf.at} form="second" />,
    text: ({ leaf }) => leaf.at,
  },
  {
    id: 'source',
    header: t.source,
    width: 'minmax(160px, 1fr)',
    cell: ({ leaf }) => <SafeText text={leaf.source} />,
    text: ({ leaf }) => leaf.source,
  },
  {
    id: 'seen',
    header: t.recorded,
    width: '200px',
    cell: ({ leaf }) => <Time at={leaf.seen} form="second" />,
    text: ({ leaf }) => leaf.seen,
  },
];
