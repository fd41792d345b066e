import type { Operations } from '@countersign/client';
import { Input, makeStyles, Select } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useItems } from '../../api/hooks.ts';
import { ArrivalsButton } from '../../kit/table/arrivals-button.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { accessTexts as t } from '../../texts/access.ts';
import { OUTCOMES, OutcomeMark } from './outcome.tsx';

type Decision = Operations['decisionsList']['output'];

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: '12px' },
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
});

/** Decisions, the newest first. What arrives later waits behind a button. */
export function DecisionsTab() {
  const styles = useStyles();
  const [{ outcome, user, decision }, change] = useView();
  const shown = OUTCOMES.find((each) => each === outcome);
  const decisions = useItems('decisionsList', {
    ...usePeriod(),
    ...(shown !== undefined && { outcome: shown }),
    ...(user !== undefined && { user }),
  });
  const range = usePeriodText();
  return (
    <div className={styles.tab}>
      <div className={styles.filters} data-print="no">
        <Select
          aria-label={t.outcome}
          value={shown ?? ''}
          onChange={(_, { value }) => change({ outcome: value })}
        >
          <option value="">{t.all}</option>
          {OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {t.outcomes[each]}
            </option>
          ))}
        </Select>
        <PersonFilter key={user ?? ''} />
        <ArrivalsButton kinds={['decision']} onShow={() => decisions.refetch()} />
      </div>
      <ItemTable
        label={t.tabs.decisions}
        items={decisions}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        looked={`${t.looked(shown && t.outcomes[shown], user)}, ${range}`}
        isOpen={({ id }) => id === decision}
        onOpen={({ id }) => change({ decision: id })}
      />
    </div>
  );
}

function PersonFilter() {
  const [{ user }, change] = useView();
  const [text, setText] = useState(user ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change({ user: text.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Input
        value={text}
        aria-label={t.person}
        placeholder={t.person}
        onChange={(_, { value }) => setText(value)}
        onBlur={() => change({ user: text.trim() })}
      />
    </form>
  );
}

function whyOf({ because, policies }: Decision): string {
  return because[0] ?? policies.join(', ');
}

const COLUMNS: readonly Column<Decision>[] = [
  {
    id: 'time',
    header: t.time,
    width: '200px',
    cell: ({ at }) => <Time at={at} form="second" />,
    text: ({ at }) => at,
  },
  {
    id: 'outcome',
    header: t.outcome,
    width: '130px',
    cell: ({ outcome }) => <OutcomeMark outcome={outcome} />,
    text: ({ outcome }) => outcome,
  },
  {
    id: 'who',
    header: t.who,
    width: 'minmax(160px, 1.3fr)',
    cell: ({ principal }) => <SafeText text={principal.id} />,
    text: ({ principal }) => principal.id,
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(120px, 1fr)',
    cell: ({ action, resource }) => <SafeText text={`${action} · ${resource}`} />,
    text: ({ action, resource }) => `${action} ${resource}`,
  },
  {
    id: 'why',
    header: t.why,
    width: 'minmax(180px, 2fr)',
    cell: (decision) => <SafeText text={whyOf(decision)} />,
    text: whyOf,
  },
  {
    id: 'reference',
    header: t.reference,
    width: '140px',
    cell: ({ reference }) => <code>{reference}</code>,
    text: ({ reference }) => reference,
  },
];
