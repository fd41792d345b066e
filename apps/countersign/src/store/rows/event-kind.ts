import { numberText } from '@countersign/core';
import { type Interpretation, isSignIn } from '@countersign/ocsf';

/**
 * Events without an acting principal: what happened to a mailbox, or what products of the suite
 * concluded. They need no authorization, so they are counted apart from actions.
 *
 * - `mail-delivery`: the transport's handling of a message (message trace, mail tables of advanced
 *   hunting, message files). The act of sending is another record, `Send`.
 * - `detection`: a result of a product of the suite: alerts, risk, verdicts on mail, DLP rule
 *   matches.
 *
 * Acts of the vendor's own services, such as reading a mailbox, stay actions: an intruder inside
 * the vendor looks the same.
 */
const EVENT_KINDS = ['mail-delivery', 'detection'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
export type EventCounts = Readonly<Record<EventKind, number>>;

const EMAIL_ACTIVITY = 4009;
const DETECTION_FINDING = 2004;
/** A click on a link, reported by Safe Links: a person did that. */
const URL_CLICK = 41;
/** OCSF `user.type_id`: a user, an administrator. */
const PERSON_TYPES: readonly number[] = [1, 2];

const SENDS: readonly string[] = ['send', 'sendas', 'sendonbehalf'];
/** The system writes this record unless an analyst changed the state of an alert. */
const CHANGE_OF_ALERT = 'alertupdated';
const DETECTIONS: readonly string[] = [
  ...['dlprulematch', 'dlpruleundo', 'dlpinfo'],
  ...['risky user', 'risky service principal'],
];

type Flat = Pick<Interpretation, 'classUid' | 'operation' | 'recordType' | 'actorType'>;

/** Null for sign-ins and actions. */
export function eventKindOf({ classUid, ...event }: Flat): EventKind | null {
  const operation = event.operation?.toLowerCase() ?? '';
  if (classUid === EMAIL_ACTIVITY) return SENDS.includes(operation) ? null : 'mail-delivery';
  if (classUid === DETECTION_FINDING) {
    const isOfPerson =
      event.recordType === URL_CLICK ||
      (operation === CHANGE_OF_ALERT && PERSON_TYPES.includes(event.actorType));
    return isOfPerson ? null : 'detection';
  }
  return !isSignIn(classUid) && DETECTIONS.includes(operation) ? 'detection' : null;
}

/** Whether a principal did it: neither a sign-in nor an event. */
export function isAction(event: Flat): boolean {
  return !isSignIn(event.classUid) && eventKindOf(event) === null;
}

const OPERATION = `coalesce(lower(operation), '')`;

/** {@link eventKindOf} over the store's columns; NULL for sign-ins and actions. */
export const EVENT_KIND_SQL: string = `CASE
  WHEN class_uid = 3002 THEN NULL
  WHEN class_uid = ${EMAIL_ACTIVITY} THEN
    CASE WHEN ${OPERATION} NOT IN (${listed(SENDS)}) THEN 'mail-delivery' END
  WHEN class_uid = ${DETECTION_FINDING} THEN
    CASE WHEN coalesce(record_type, 0) <> ${URL_CLICK} AND NOT (${OPERATION} = '${CHANGE_OF_ALERT}'
      AND actor_type IN (${PERSON_TYPES.join(', ')})) THEN 'detection' END
  WHEN ${OPERATION} IN (${listed(DETECTIONS)}) THEN 'detection' END`;

/** {@link isAction} over the store's columns. The class test lets DuckDB skip files of sign-ins. */
export const IS_ACTION_SQL: string = `class_uid <> 3002 AND (${EVENT_KIND_SQL}) IS NULL`;

function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

export function noEvents(): Record<EventKind, number> {
  return { 'mail-delivery': 0, detection: 0 };
}

const WORDS: Readonly<Record<EventKind, string>> = {
  'mail-delivery': 'mail that the transport service delivered or held',
  detection: "detections by the suite's own products",
};

/** A clause with the counts; undefined if there are no events. */
export function eventsText(events: EventCounts): string | undefined {
  const some = EVENT_KINDS.filter((kind) => events[kind] > 0);
  if (some.length === 0) return undefined;
  return some.map((kind) => `${numberText(events[kind])} of ${WORDS[kind]}`).join(', ');
}
