export type TimeForm = 'day' | 'minute' | 'second' | 'clock';

const FORMS: Readonly<Record<TimeForm, Intl.DateTimeFormatOptions>> = {
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  minute: {
    ...{ day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  },
  second: {
    ...{ day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
};

/** `14 Mar 2026, 17:04 UTC`. The zone always shows, because two readers may be in two zones. */
export function formatTime(
  ms: number,
  { form, timeZone }: { readonly form: TimeForm; readonly timeZone: 'utc' | 'local' },
): string {
  const zone = timeZone === 'utc' ? { timeZone: 'UTC' } : {};
  const named = form === 'day' ? {} : ({ timeZoneName: 'short' } as const);
  return new Intl.DateTimeFormat('en-GB', { ...FORMS[form], ...zone, ...named }).format(ms);
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `72 minutes`: the largest unit with at least one, rounded down. */
export function formatDuration(ms: number): string {
  const [name, size] = UNITS.find(([, each]) => ms >= each) ?? UNITS[3];
  const count = Math.floor(ms / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

export function formatNumber(count: number): string {
  return count.toLocaleString('en-US');
}
