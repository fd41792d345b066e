const RANGES_SHOWN = 5;

/** Renders `entries 3367–3370, 3381 and 12 more`; adjacent entries form one range. */
export function entriesText(entries: readonly number[], shownMax: number = RANGES_SHOWN): string {
  const ranges: [from: number, to: number][] = [];
  for (const entry of [...entries].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && entry <= last[1] + 1) last[1] = entry;
    else ranges.push([entry, entry]);
  }
  const shown = ranges.slice(0, shownMax);
  const left = ranges.slice(shownMax).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const text = shown.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
  const word = entries.length === 1 ? 'entry' : 'entries';
  return left === 0 ? `${word} ${text}` : `${word} ${text} and ${left} more`;
}
