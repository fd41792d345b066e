import { type Memo, remember } from './memo.ts';

/**
 * One key for an activity that the vendor spells many ways (contracts 2.8): surrounding space and
 * one trailing full stop go, en and em dashes become hyphens, runs of space become one, case goes.
 */
export function activityKey(operation: string, memo: Memo): string {
  const known = memo.activities.get(operation);
  return known !== undefined ? known : remember(memo.activities, operation, normalise);
}

function normalise(operation: string): string {
  let key = operation
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  if (key.endsWith('.')) key = key.slice(0, -1).trimEnd();
  return key.toLowerCase();
}
