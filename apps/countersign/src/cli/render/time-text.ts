/** `2024-01-12 08:31:07`, UTC: what people compare; `--json` has the rest. */
export function timeText(ms: number | null): string {
  return ms === null ? '…' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** As {@link timeText}, of RFC 3339. */
export function instantText(instant: string | null): string {
  return instant === null ? '…' : instant.slice(0, 19).replace('T', ' ');
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `9 Mar 21:06`, UTC; `9 Mar 2026 21:06` where the year is not clear from its context. */
export function shortTimeText(ms: number, year: 'with year' | 'without year'): string {
  const at = new Date(ms);
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
  const minute = at.toISOString().slice(11, 16);
  return `${day}${year === 'with year' ? ` ${at.getUTCFullYear()}` : ''} ${minute}`;
}

/** `9 Mar 2026 21:02 – 11 Mar 09:10`, UTC. What both ends share is said once. */
export function periodText(fromMs: number, toMs: number): string {
  const from = shortTimeText(fromMs, 'with year');
  const isSame = (digits: number): boolean =>
    new Date(fromMs).toISOString().slice(0, digits) ===
    new Date(toMs).toISOString().slice(0, digits);
  if (isSame('2026-03-09T21:02'.length)) return from;
  if (isSame('2026-03-09'.length))
    return `${from} – ${shortTimeText(toMs, 'without year').slice(-5)}`;
  return `${from} – ${shortTimeText(toMs, isSame(4) ? 'without year' : 'with year')}`;
}
