import type { Completeness } from '../chunks/completeness.ts';
import type { Members } from './envelope-reader.ts';

const NEXT_PAGE: readonly string[] = ['@odata.nextLink', 'odata.nextLink', 'nextLink'];

/** What the other members of an answer, beside its list, state about completeness. */
export function saidByMembers(members: Members): Completeness[] {
  const completeness: Completeness[] = [];
  const next = NEXT_PAGE.find((name) => typeof members.get(name) === 'string');
  if (next !== undefined) {
    completeness.push({
      kind: 'more-pages',
      detail: `a page ends with "${next}": the vendor had more pages than this one`,
    });
  }
  if (members.get('isRecordCountLimitExceeded') === true) completeness.push(LIMIT_EXCEEDED);
  const error = members.get('error');
  if (typeof error === 'object' && error !== null) {
    completeness.push({ kind: 'cut-off', detail: 'the answer came with an error: it is partial' });
  }
  return completeness;
}

export const LIMIT_EXCEEDED: Completeness = {
  kind: 'at-limit',
  detail: 'the query found more records than it may return (isRecordCountLimitExceeded)',
};

export const NOT_CLOSED: Completeness = {
  kind: 'cut-off',
  detail: 'the list of records is not closed: the file was cut',
};
