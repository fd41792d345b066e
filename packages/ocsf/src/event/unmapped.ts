import { isObject, type Json } from '../values/json-value.ts';
import { isRecord } from './event-schema.ts';

/**
 * Members that are mapped into the event. One is left out of `unmapped` only if the event holds its
 * value exactly as written. A name in other case, an address with its port, and a time without its
 * zone stay, so that nothing is lost.
 */
const PLACED: ReadonlySet<string> = new Set(
  `id recordtype creationtime operation organizationid userid userkey clientip clientipaddress
  client_ipaddress actoripaddress workload officeworkload officeid sourcerecordid objectid
  officeobjectid useragent applicationid applicationdisplayname appid clientappid appdisplayname
  errornumber errorcode logonerror intersystemsid correlationid sessionid deviceid mailboxownerupn
  logonusersid siteurl sourcefilename sourcefileextension sourcerelativeurl filesizebytes
  alertid name comments severity userprincipalname userdisplayname ipaddress createddatetime
  activitydatetime activitydisplayname operationname category time timegenerated calleripaddress
  resultreason resourcedisplayname resourceid uniquetokenidentifier serviceprincipalid
  serviceprincipalname teamname channelname messageid requesturi requestmethod responsestatuscode
  requestid signinactivityid actiontype accountupn accountobjectid devicename tenantid`.split(
    /\s+/,
  ),
);

/** Members that only wrap the record. Their own members are checked one by one. */
const WRAPPERS: ReadonlySet<string> = new Set(['properties', 'auditdata', 'raweventdata']);

/** The members of a record that its event does not hold. The name `entries` is reserved there. */
export function unmappedOf(value: unknown, event: unknown): Json {
  if (!isObject(value)) return value === undefined ? {} : { value: value ?? null };
  const { entries, ...rest } = unplaced(value, textsOf(event));
  return entries === undefined ? rest : { ...rest, 'record.entries': entries };
}

function unplaced(members: Json, placed: ReadonlySet<string>): Json {
  const rest: [string, unknown][] = [];
  for (const [name, value] of Object.entries(members)) {
    if (isPlaced(name, value, placed)) continue;
    if (isObject(value) && WRAPPERS.has(name.toLowerCase())) {
      const inner = unplaced(value, placed);
      if (Object.keys(inner).length > 0 || Object.keys(value).length === 0)
        rest.push([name, inner]);
    } else {
      rest.push([name, value]);
    }
  }
  // Creates an own member even for `__proto__`, which an assignment would not.
  return Object.fromEntries(rest);
}

/** Any event contains numbers and short texts ("0", "Yes"), so they prove nothing. */
const TELLING_CHARS_MIN = 4;

function isPlaced(name: string, value: unknown, placed: ReadonlySet<string>): boolean {
  if (typeof value !== 'string' || value.length < TELLING_CHARS_MIN) return false;
  return placed.has(value) && PLACED.has(name.toLowerCase());
}

/** Every text in the event that is long enough to prove something. */
function textsOf(event: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.length >= TELLING_CHARS_MIN) found.add(value);
    } else if (Array.isArray(value)) {
      for (const item of value) walk(item);
    } else if (isRecord(value)) {
      for (const name of Object.keys(value)) walk(value[name]);
    }
  };
  walk(event);
  return found;
}
