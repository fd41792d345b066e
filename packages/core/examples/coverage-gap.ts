/** Answers "was there no sign-in on Monday?" from the hours in which a log was collected. */
import { type Answer, interval, msOfInstant, no, subtract, unknown, yes } from '@countersign/core';

const ms = (text: string): number => msOfInstant(text) ?? Number.NaN;
const monday = interval(ms('2026-03-02T00:00:00Z'), ms('2026-03-03T00:00:00Z'));
const collected = [
  interval(ms('2026-03-02T00:00:00Z'), ms('2026-03-02T09:00:00Z')),
  interval(ms('2026-03-02T10:00:00Z'), ms('2026-03-03T00:00:00Z')),
];

const asOf = { origin: 'ledger.example', size: 1203, at: null };
const signIns = 0;

function answer(): Answer {
  if (signIns > 0) return no(asOf, { code: 'seen', text: 'There was a sign-in.' });
  const [gap] = subtract([monday], collected);
  if (gap === undefined) return yes(asOf, []);
  const from = new Date(gap.from).toISOString();
  return unknown(asOf, { code: 'gap', text: `No log was collected from ${from}.` });
}

console.log(JSON.stringify(answer(), null, 2));
