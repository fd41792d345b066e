import type { Operations } from '@countersign/client';
import { Input, makeStyles, Subtitle1, Text, tokens } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useView } from '../../state/view.ts';
import { auditTexts as t } from '../../texts/settings.ts';

type Access = Operations['operatorsAudit']['output'];

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** Who opened the data of a person, for which purpose and case: each look is an entry. */
export function AuditSection() {
  const styles = useStyles();
  const [{ case: ofCase, by }, change] = useView();
  const accesses = useItems('operatorsAudit', {
    ...(ofCase !== undefined && { case: ofCase }),
    ...(by !== undefined && { by }),
  });
  const filter = (member: string, label: string, value: string | undefined) => (
    <Input
      aria-label={label}
      placeholder={label}
      value={value ?? ''}
      onChange={(_, { value: text }) =>
        change({ [member]: text === '' ? undefined : text }, { replaces: true })
      }
    />
  );
  return (
    <section aria-labelledby="audit" className={styles.section}>
      <Subtitle1 as="h2" id="audit">
        {t.title}
      </Subtitle1>
      <Text className={styles.faint}>{t.note}</Text>
      <div className={styles.filters} data-print="no">
        {filter('case', t.ofCase, ofCase)}
        {filter('by', t.byWhom, by)}
      </div>
      <ItemTable
        label={t.title}
        items={accesses}
        columns={COLUMNS}
        rowKey={({ entry }) => String(entry)}
        looked={t.looked(ofCase, by)}
      />
    </section>
  );
}

const COLUMNS: readonly Column<Access>[] = [
  {
    id: 'at',
    header: t.at,
    width: '170px',
    cell: ({ at }) => (at === '' ? t.erased : <Time at={at} />),
    text: ({ at }) => at,
  },
  {
    id: 'by',
    header: t.by,
    width: 'minmax(160px, 1fr)',
    cell: ({ by }) => <SafeText text={by} />,
    text: ({ by }) => by,
  },
  {
    id: 'question',
    header: t.question,
    width: 'minmax(120px, 1fr)',
    cell: ({ question }) => <SafeText text={question} />,
    text: ({ question }) => question,
  },
  {
    id: 'person',
    header: t.person,
    width: 'minmax(160px, 1.2fr)',
    cell: ({ person }) => (person === null ? t.noPerson : <SafeText text={person} />),
    text: ({ person }) => person ?? '',
  },
  {
    id: 'case',
    header: t.case,
    width: 'minmax(100px, 0.8fr)',
    cell: ({ case: ofCase }) => (ofCase === null ? t.none : <SafeText text={ofCase} />),
    text: ({ case: ofCase }) => ofCase ?? '',
  },
  {
    id: 'purpose',
    header: t.purpose,
    width: 'minmax(160px, 1.4fr)',
    cell: ({ purpose }) => (purpose === null ? t.none : <SafeText text={purpose} />),
    text: ({ purpose }) => purpose ?? '',
  },
  {
    id: 'entry',
    header: t.entry,
    width: '90px',
    cell: ({ entry }) => <EvidenceLink entry={entry} />,
    text: ({ entry }) => String(entry),
  },
];
