import type { Operations } from '@countersign/client';
import { Input, makeStyles, Subtitle1, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useItems } from '../../api/hooks.ts';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { configurationTexts as t } from '../../texts/settings.ts';

type Setting = Operations['configuration']['output'];

/** A configuration is one page of a list, so that a filter covers all of it. */
const SETTINGS_MAX = 1000;

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  filter: { maxWidth: '360px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** The configuration as it is in force. Of a secret, only where it comes from. */
export function ConfigurationSection() {
  const styles = useStyles();
  const [filter, setFilter] = useState('');
  const settings = useItems('configuration', { limit: SETTINGS_MAX });
  const wanted = filter.trim().toLowerCase();
  const fits = ({ setting, value }: Setting): boolean =>
    `${setting} ${value}`.toLowerCase().includes(wanted);
  const { data } = settings;
  const shown =
    data === undefined || wanted === ''
      ? settings
      : {
          ...settings,
          data: {
            ...data,
            pages: data.pages.map((page) => ({ ...page, items: page.items.filter(fits) })),
          },
        };
  return (
    <section aria-labelledby="configuration" className={styles.section}>
      <Subtitle1 as="h2" id="configuration">
        {t.title}
      </Subtitle1>
      <Text className={styles.faint}>{t.note}</Text>
      <Input
        className={styles.filter}
        aria-label={t.filter}
        placeholder={t.filter}
        value={filter}
        onChange={(_, { value }) => setFilter(value)}
      />
      <ItemTable
        label={t.title}
        items={shown as typeof settings}
        columns={COLUMNS}
        rowKey={({ setting }) => setting}
        looked={wanted === '' ? t.looked : t.lookedFor(filter.trim())}
      />
    </section>
  );
}

const COLUMNS: readonly Column<Setting>[] = [
  {
    id: 'setting',
    header: t.setting,
    width: 'minmax(220px, 1fr)',
    cell: ({ setting }) => <SafeText text={setting} />,
    text: ({ setting }) => setting,
  },
  {
    id: 'value',
    header: t.value,
    width: 'minmax(220px, 1.4fr)',
    cell: ({ value, isSecret }) => <SafeText text={isSecret ? t.secret(value) : value} />,
    text: ({ value, isSecret }) => (isSecret ? t.secret(value) : value),
  },
];
