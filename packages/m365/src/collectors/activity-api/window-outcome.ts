import { plural } from '@countersign/core';
import type { HttpError } from '../../http/errors.ts';
import type { ContentFact, WindowEnd } from '../collector.ts';
import { emptyWindowEnd } from '../poll-tally.ts';
import type { Listing } from './activity-api.ts';
import type { FetchResult, Shortfall } from './blob-fetcher.ts';

/** The end of a window after an error that means that the service keeps no records. */
export function windowEndFromError(error: HttpError): WindowEnd {
  const { serviceCode, message } = error;
  const code = serviceCode ?? error.code;
  if (code === 'AF20022' || code === 'AF20023') return emptyWindowEnd('off', code, message);
  const isAuditOff = error.serviceText?.includes(AUDIT_OFF) === true;
  return isAuditOff
    ? emptyWindowEnd('off', 'audit-off', message)
    : emptyWindowEnd('failed', code, message);
}

const AUDIT_OFF = 'Microsoft.Office.Compliance.Audit.DataServiceException';

type ListingSummary = Pick<Listing, 'shortBecause'> & {
  readonly count: number;
  /** Content that an earlier poll has already reported. */
  readonly known: readonly ContentFact[];
};

export function endOf(
  { count, known, shortBecause }: ListingSummary,
  { fetched, contents, shortfalls }: FetchResult,
  subscription: 'was on' | 'was off',
): WindowEnd {
  const have = known.filter(({ state }) => state === 'read').length + fetched;
  const counts = { listed: count, fetched: have, contents };
  const short: Shortfall[] = [...shortfalls, ...known.flatMap(oldShortfall)];
  if (shortBecause !== undefined) short.push({ kind: 'passing', ...shortBecause });
  if (subscription === 'was off') short.push({ kind: 'final', code: 'AF20022', text: WAS_OFF });
  // A temporary reason comes before a permanent one, so that the window is requested again.
  const [worst] = short.sort((a, b) => Number(b.kind === 'passing') - Number(a.kind === 'passing'));
  if (worst === undefined) return { outcome: 'complete', code: null, because: null, ...counts };
  const more = short.length > 1 ? ` (and ${short.length - 1} more)` : '';
  const isOff = worst.code === 'AF20022' && counts.listed === 0;
  const because = `${worst.text}${more}`;
  return { outcome: isOff ? 'off' : 'partial', code: worst.code, because, ...counts };
}

const WAS_OFF = 'no subscription was enabled in this window, so the missing records are unknown';

function oldShortfall({ state, quarantined = 0 }: ContentFact): Shortfall[] {
  switch (state) {
    case 'read':
    case 'streamed': {
      // If a later list names it again, the window is still incomplete.
      if (quarantined === 0) return [];
      const text = `${plural(quarantined, 'piece')} could not be read: quarantined`;
      return [{ kind: 'final', code: 'quarantined', text }];
    }
    case 'gone':
      return [{ kind: 'final', code: 'gone', text: 'content that was listed is not available' }];
    case 'quarantined':
      return [
        { kind: 'final', code: 'unreadable', text: 'content is quarantined: it was not readable' },
      ];
  }
}
