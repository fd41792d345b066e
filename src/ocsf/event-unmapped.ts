import { isObject, type Json } from './json.ts';
import { isRecord } from './schema.ts';

/**
 * Members that have a place in the event. One is left out of `unmapped` only if the event holds its
 * value exactly as it was written; a name in other case, an address with its port, a time without
 * its zone stay, so that nothing the vendor said is lost.
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
  requestid signinactivityid actiontype accountupn accountobjectid devicename tenantid`
    .split(/\s+/),
);

/** Members that only wrap the record; their own members are looked at one by one. */
const WRAPPERS: ReadonlySet<string> = new Set(['properties', 'auditdata', 'raweventdata']);

export function unmappedOf(value: unknown, event: unknown): unknown {
  if (!isObject(value)) return value === undefined ? undefined : { value: value ?? null };
  const rest = unplaced(value, scalarsOf(event));
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function unplaced(members: Json, placed: ReadonlySet<string>): Json {
  const rest: [string, unknown][] = [];
  for (const [name, value] of Object.entries(members)) {
    const folded = name.toLowerCase();
    const isScalar = typeof value === 'string' || typeof value === 'number';
    if (isScalar && PLACED.has(folded) && placed.has(String(value))) continue;
    if (WRAPPERS.has(folded) && isObject(value)) {
      const inner = unplaced(value, placed);
      if (Object.keys(inner).length > 0) rest.push([name, inner]);
    } else {
      rest.push([name, value]);
    }
  }
  // Makes own members even of `__proto__`, which an assignment would not.
  return Object.fromEntries(rest);
}

/** Every text and number that the event holds, as text. */
function scalarsOf(event: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') found.add(String(value));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (isRecord(value)) Object.values(value).forEach(walk);
  };
  walk(event);
  return found;
}
