/** Why it is unknown whether state and events match. */
export type StateUnknown =
  | 'audit-not-settled'
  | 'audit-hole'
  | 'audit-unknown'
  | 'audit-younger'
  | 'no-audit-source'
  | 'audit-erased'
  | 'too-many-events'
  | 'event-unclear'
  | 'planned'
  | 'not-listed-since'
  | 'never-listed'
  | 'not-collected';

/** Something appeared or disappeared without an event, or an event had no effect. */
export type StateMismatch = 'state-without-event' | 'event-without-effect';

export type StateCause = 'matched' | 'taken-back' | StateMismatch | StateUnknown;

/** In words. For unknown causes, it completes "cannot tell, because …". */
export const STATE_TEXTS: Readonly<Record<StateCause, string>> = {
  matched: 'state and event match',
  'taken-back': 'the change was reversed before the directory was listed',
  'state-without-event': 'the vendor delivered no event for this change',
  'event-without-effect':
    'the next listing of the directory does not show it, and no event reversed it',
  'audit-not-settled': 'the event that explains it may still arrive',
  'audit-hole': 'the log that would hold the event has a gap there',
  'audit-unknown': 'it is unknown whether the audit log is complete for that time',
  'audit-younger': 'the event may be older than the log that would hold it',
  'no-audit-source': 'a log that would hold the event is not connected',
  'audit-erased': 'the event may have been erased',
  'too-many-events': 'there are more privilege changes than the limit',
  'event-unclear': 'an event of that time may be about this one or about another',
  planned: 'the event announces the change for another time, and the change may not have happened',
  'not-listed-since': 'the directory was not listed since then',
  'never-listed': 'the directory was never listed',
  'not-collected': 'no collector reads the state that would show it',
};

export type DriftVerdict = 'matched' | 'unmatched' | 'unknown';

export function stateVerdictOf(cause: StateCause): DriftVerdict {
  if (cause === 'matched' || cause === 'taken-back') return 'matched';
  return cause === 'state-without-event' || cause === 'event-without-effect'
    ? 'unmatched'
    : 'unknown';
}
