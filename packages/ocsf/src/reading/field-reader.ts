import { isSignIn } from '../model/interpretation.ts';
import type { Change } from '../shapes/directory-audit.ts';
import type { SignInView } from '../shapes/sign-in-record.ts';
import { activityKey } from '../values/activity-key.ts';
import { isObject, type Json, list, lower, NOTHING, object, text } from '../values/json-value.ts';
import { type NamedPart, ReadingParts } from './reading-parts.ts';
import type { Reading } from './record-reading.ts';

/** Returns undefined if the record does not state the field; a list if it states several values. */
export type FieldReader = (reading: Reading) => unknown;

type PartReader = (reading: Reading, parts: ReadingParts) => unknown;

/**
 * The field names for rules, in any record shape:
 *
 * - the columns of `events` (`actor_name`, `ip`, `app_uid`, …), with `operation` and `workload` in
 *   one spelling, and `status` as a word
 * - `param.NAME` a parameter of a cmdlet or a property of an operation
 * - `new.NAME`, `old.NAME` a changed property of a directory object; `changed` their names
 * - `detail.NAME` extra detail in lists of names and values
 * - `signin.NAME` fields that only sign-ins have
 * - `raw.PATH` a member of the record as delivered, names in any case
 *
 * Returns undefined for any other name. Readers with the same `parts` share one read of the record.
 */
export function fieldReader(
  name: string,
  parts: ReadingParts = new ReadingParts(),
): FieldReader | undefined {
  const known = FIELDS.get(name);
  if (known !== undefined) return (reading) => known(reading, parts);
  const dot = name.indexOf('.');
  const family = name.slice(0, Math.max(dot, 0));
  const rest = name.slice(dot + 1).toLowerCase();
  switch (family) {
    case 'param':
      return (reading) => valuesNamed(parts.parameters(reading), rest);
    case 'detail':
      return (reading) => valuesNamed(parts.details(reading), rest);
    case 'new':
      return (reading) => changed(parts.changes(reading), rest, (change) => change.new);
    case 'old':
      return (reading) => changed(parts.changes(reading), rest, (change) => change.old);
    case 'signin':
      return signInReader(rest);
    case 'raw':
      return rawReader(name.slice(dot + 1), parts);
    default:
      return undefined;
  }
}

/**
 * Whether the names of the record's members tell that it does not state the field. Depends only on
 * `parts.names(reading)`.
 */
export function lacksField(reading: Reading, name: string, parts: ReadingParts): boolean {
  const [family, first = ''] = name.split('.', 2);
  if (family !== 'raw') return false;
  const slot = parts.slotOf(first.toLowerCase());
  return !parts.names(reading).slots.has(slot);
}

/** The name of an operation in one spelling. Every sign-in is called `sign-in`. */
export function operationOf({ subject, event }: Reading): string {
  if (isSignIn(event.classUid) && event.activityId !== LOGOFF) return 'sign-in';
  return event.operation === null ? '' : activityKey(event.operation, subject.memo);
}

const LOGOFF = 2;

/** 1 success, 2 failure; any other number is unknown. */
function statusOf(statusId: number): string {
  return statusId === 1 ? 'success' : statusId === 2 ? 'failure' : 'unknown';
}

function stated<T>(value: T | null): T | undefined {
  return value === null ? undefined : value;
}

const FIELDS: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['source', ({ subject }) => subject.record.source],
  ['tenant', ({ subject }) => subject.record.tenant],
  ['time', ({ subject }) => subject.record.at],
  ['class_uid', ({ event }) => event.classUid],
  ['activity_id', ({ event }) => event.activityId],
  ['status', ({ event }) => statusOf(event.statusId)],
  ['status_code', ({ event }) => stated(event.statusCode)],
  ['operation', operationOf],
  ['workload', ({ event }) => event.workload?.toLowerCase()],
  ['record_type', ({ event }) => stated(event.recordType)],
  ['actor_uid', ({ event }) => stated(event.actorUid)],
  ['actor_name', ({ event }) => stated(event.actorName)],
  ['actor_type', ({ event }) => event.actorType],
  ['ip', ({ event }) => stated(event.ip)],
  ['user_agent', ({ event }) => stated(event.userAgent)],
  ['country', ({ event }) => stated(event.country)],
  ['session_uid', ({ event }) => stated(event.sessionUid)],
  ['token_uid', ({ event }) => stated(event.tokenUid)],
  ['correlation_uid', ({ event }) => stated(event.correlationUid)],
  ['app_uid', ({ event }) => stated(event.appUid)],
  ['app_name', ({ event }) => stated(event.appName)],
  ['resource_name', ({ event }) => stated(event.resourceName)],
  ['device_uid', ({ event }) => stated(event.deviceUid)],
  ['mailbox', ({ event }) => stated(event.mailbox)],
  ['site', ({ event }) => stated(event.site)],
  ['object', ({ event }) => stated(event.object)],
  ['target_uid', ({ event }) => stated(event.targetUid)],
  ['target_name', ({ event }) => stated(event.targetName)],
  ['target_type', ({ event }) => stated(event.targetType)],
  ['sign_in_type', ({ event }) => stated(event.signInType)],
  ['is_mfa', ({ event }) => stated(event.isMfa)],
  ['item_count', ({ event }) => event.itemCount],
  ['byte_count', ({ event }) => stated(event.byteCount)],
  ['access_type', ({ event }) => stated(event.accessType)],
  ['is_throttled', ({ event }) => event.isThrottled],
  ['folder', ({ event }) => stated(event.folder)],
  ['sender', ({ event }) => stated(event.sender)],
  ['changed', (reading, parts) => listOrNone(parts.changes(reading).map(({ name }) => name))],
  [
    'changed_to',
    (reading, parts) => listOrNone(parts.changes(reading).flatMap((c) => c.new ?? [])),
  ],
  [
    'changed_from',
    (reading, parts) => listOrNone(parts.changes(reading).flatMap((c) => c.old ?? [])),
  ],
  ['params', (reading, parts) => listOrNone(parts.parameters(reading).map(([, name]) => name))],
  ['category', categoriesOf],
  ['user_kind', userKindOf],
  ['text', (reading, parts) => parts.text(reading)],
  ['result_reason', ({ subject }) => text(subject.directory?.resultReason) ?? undefined],
  ['spelled', spellingsOf],
  ['result', resultsOf],
  ['targets', targetsOf],
]);

/** An empty list states nothing. */
function listOrNone<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function changed(
  changes: readonly Change[],
  name: string,
  side: (change: Change) => string | null,
): readonly string[] | undefined {
  const found = changes.filter((change) => change.name.toLowerCase() === name);
  return listOrNone(found.flatMap((change) => side(change) ?? []));
}

function valuesNamed(parts: readonly NamedPart[], name: string): readonly unknown[] | undefined {
  let own: unknown[] | undefined;
  for (const [lowered, , value] of parts) {
    if (lowered !== name) continue;
    own ??= [];
    own.push(value ?? '');
  }
  return own === undefined ? undefined : listOrNone(own.flat());
}

const OF_AUDIT_CATEGORY: Readonly<Record<string, string>> = {
  role: 'RoleManagement',
  user: 'UserManagement',
  group: 'GroupManagement',
  application: 'ApplicationManagement',
  serviceprincipal: 'ApplicationManagement',
  device: 'Device',
  policy: 'Policy',
};

/** The category in the words of directory audits and of the unified audit log. */
function categoriesOf(reading: Reading, parts: ReadingParts): readonly string[] | undefined {
  const raw = member(bodyOf(reading), 'category') ?? member(outerOf(reading), 'category');
  const own = text(raw);
  const [extended] = valuesNamed(parts.details(reading), 'extendedauditeventcategory') ?? [];
  const written = text(extended);
  const mapped = written === null ? undefined : OF_AUDIT_CATEGORY[written.toLowerCase()];
  return listOrNone([own, written, mapped ?? null].filter((name) => name !== null));
}

/** `guest` or `member`, if the record states it. */
function userKindOf({ subject, event }: Reading): string | undefined {
  const stated = lower(subject.signIn?.userType);
  if (stated === 'guest' || stated === 'member') return stated;
  return event.actorName?.includes('#ext#') === true ? 'guest' : undefined;
}

/** An operation in the spellings of other rule sets: with and without full stop, with dashes. */
function spellingsOf(reading: Reading): readonly string[] | undefined {
  const { event, subject } = reading;
  const raw = event.operation ?? subject.directory?.activity ?? null;
  if (raw === null) return undefined;
  const bare = raw.trim().replace(/\.$/, '').trimEnd();
  return [...new Set([raw, bare, operationOf(reading), bare.replaceAll(' - ', ' \u2013 ')])];
}

/** The outcome as a word, and as the record writes it. */
function resultsOf({ event, subject }: Reading): readonly string[] {
  const written = text(subject.body['ResultStatus']) ?? text(subject.directory?.result);
  const word = statusOf(event.statusId);
  const isGood = written !== null && /^(?:succe\w+|true|partiallysucceeded)$/i.test(written);
  return [word, ...(written === null ? [] : [written]), ...(isGood ? ['success'] : [])];
}

/** Names, ids and kinds of all targets. */
function targetsOf({ subject, event }: Reading): readonly string[] | undefined {
  const parties = subject.directory?.targets ?? [];
  const named = parties.flatMap(({ uid, upn, name, type }) => [uid, upn, name, type]);
  const all = [...named, event.targetName, event.targetUid, event.object];
  return listOrNone(all.filter((one) => one !== null));
}

const SIGN_IN: ReadonlyMap<string, (view: SignInView) => unknown> = new Map([
  ['protocol', (view: SignInView) => lower(view.protocol)],
  ['client', (view: SignInView) => lower(view.clientApp)],
  ['requirement', (view: SignInView) => lower(view.requirement)],
  ['reason', (view: SignInView) => text(view.failureReason)],
  ['risk', (view: SignInView) => lower(view.riskLevel)],
  ['interactive', (view: SignInView) => text(view.isInteractive)],
  ['resource', (view: SignInView) => lower(view.resourceId)],
  ['device', (view: SignInView) => text(view.deviceId)],
]);

function signInReader(name: string): FieldReader | undefined {
  const read = SIGN_IN.get(name);
  if (read === undefined) return undefined;
  return ({ subject: { signIn } }) => (signIn === null ? undefined : (read(signIn) ?? undefined));
}

function bodyOf({ subject }: Reading): Json {
  return subject.body;
}

function outerOf({ subject }: Reading): Json {
  return isObject(subject.record.value) ? subject.record.value : NOTHING;
}

/**
 * A member of the record in any envelope: of the body, of the record as delivered, or of its
 * `properties`. A list on the path gives all of its members. JSON text is parsed.
 */
function rawReader(path: string, parts: ReadingParts): FieldReader {
  const names = path.split('.').map((name) => name.toLowerCase());
  const slot = parts.slotOf(names[0] as string);
  return (reading) => {
    for (const root of parts.roots(reading)) {
      const first = parts.member(reading, root, slot);
      const found = first === undefined ? undefined : valueAt(first, names, 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function valueAt(here: unknown, names: readonly string[], from: number): unknown {
  let value = here;
  for (let at = from; at < names.length; at++) {
    const items = Array.isArray(value) ? value : typeof value === 'string' ? list(value) : null;
    if (items !== null) return listOrNone(items.flatMap((i) => valueAt(i, names, at) ?? []));
    value = member(isObject(value) ? value : object(value), names[at] as string);
    if (value === undefined) return undefined;
  }
  return value;
}

/** An own member by its name in lower case. */
function member(of: Json, name: string): unknown {
  if (Object.hasOwn(of, name)) return of[name];
  for (const key of Object.keys(of)) if (key.toLowerCase() === name) return of[key];
  return undefined;
}
