import { Dropdown, Option } from '@fluentui/react-components';
import { useServiceTime } from '../api/service-time.ts';
import { useView } from '../state/view.ts';
import { texts } from '../texts/en.ts';

const DAY_MS = 86_400_000;

const PERIODS = ['all', '1', '7', '30'] as const;

/**
 * Sets start and end of the period in the address. A link to the page then shows the same period
 * tomorrow.
 */
export function PeriodPicker({ isNarrow }: { readonly isNarrow: boolean }) {
  const [{ from, to }, change] = useView();
  const nowMs = useServiceTime();
  const choose = (days: string): void => {
    if (days === 'all') change({ from: undefined, to: undefined });
    else {
      const end = new Date(nowMs);
      const start = new Date(nowMs - Number(days) * DAY_MS);
      change({ from: start.toISOString(), to: end.toISOString() });
    }
  };
  const shown = periodOf(from, to);
  return (
    <Dropdown
      appearance="filled-lighter"
      aria-label={texts.period.label}
      value={texts.period.text(shown, from, to)}
      selectedOptions={[shown]}
      onOptionSelect={(_, { optionValue }) => choose(optionValue ?? 'all')}
      style={isNarrow ? { minWidth: 0, width: '144px', flexShrink: 0 } : { minWidth: '150px' }}
    >
      {PERIODS.map((each) => (
        <Option key={each} value={each}>
          {texts.period.text(each, undefined, undefined)}
        </Option>
      ))}
    </Dropdown>
  );
}

function periodOf(from: string | undefined, to: string | undefined): string {
  if (from === undefined && to === undefined) return 'all';
  const days = (Date.parse(to ?? '') - Date.parse(from ?? '')) / DAY_MS;
  return PERIODS.find((each) => Number(each) === days) ?? 'other';
}
