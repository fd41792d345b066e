import { type Memo, remember } from './memo.ts';

/**
 * One key for all spellings of an activity. Removes surrounding space and one trailing full stop.
 * Converts en and em dashes to hyphens, runs of space to one, and upper case to lower case.
 */
export function activityKey(operation: string, memo: Memo): string {
  const known = memo.activities.get(operation);
  return known !== undefined ? known : remember(memo.activities, operation, normalize);
}

function normalize(operation: string): string {
  let key = operation
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  if (key.endsWith('.')) key = key.slice(0, -1).trimEnd();
  return key.toLowerCase();
}
