import { isGuid, lowerGuid } from '@countersign/core';
import { trim } from './json-value.ts';
import { type Identity, type Memo, remember } from './memo.ts';

/** OCSF user.type_id. */
export const USER = 1;
export const ADMIN = 2;
export const SYSTEM = 3;
export const SERVICE = 4;

const NO_IDENTITY: Identity = { name: null, uid: null, puid: null, sid: null, type: 0 };

const ZERO_GUID = '00000000-0000-0000-0000-000000000000';
const NO_NAMES = new Set([
  'not available',
  'unknown',
  'n/a',
  'null',
  '<null>',
  '(null)',
  'none',
  'undefined',
  '-',
]);
/** Longer text is compared with none of them, which saves lowercasing every token id. */
const NO_NAME_CHARS_MAX = Math.max(...[...NO_NAMES].map((name) => name.length));
const SYSTEM_NAMES = new Set([
  'sharepoint\\system',
  'system',
  'nt authority\\system',
  's-1-5-18',
  'nt service\\msexchange',
  'securitycompliancealerts',
  'securitycomplianceinsights',
  'system account',
]);
const SERVICE_NAMES = new Set(['app@sharepoint', 'certificate', 'sharepoint app']);
const HEX16 = /^[0-9a-f]{16}$/i;
const PREFIXED_GUID =
  /^(user|serviceprincipal|application|group|device|policy|role)_([0-9a-f-]{36})$/i;
const TYPE_OF_PREFIX: ReadonlyMap<string, number> = new Map([
  ['user', USER],
  ['serviceprincipal', SERVICE],
  ['application', SERVICE],
]);
const CLAIM = /^i:0[^|]*\|[^|]*\|(.+)$/i;
const SID = /^S-1-\d+(?:-\d+)+$/i;

/**
 * Identifies a principal from one text: UPN, object id, PUID (also as `<puid>@tenant` and in a
 * SharePoint claim), SID, typed object id, and the vendor's special values.
 */
export function identify(raw: unknown, memo: Memo): Identity {
  if (typeof raw !== 'string' || raw.length === 0) return NO_IDENTITY;
  const known = memo.identities.get(raw);
  return known !== undefined ? known : remember(memo.identities, raw, parseIdentity);
}

/** A GUID in lower case; null for the zero GUID, which means "no principal", and for other text. */
export function guid(raw: unknown): string | null {
  if (typeof raw !== 'string' || raw.length !== 36 || raw === ZERO_GUID) return null;
  return lowerGuid(raw) ?? null;
}

/** An identifier: a GUID in lower case, or the text unchanged; null for the zero GUID. */
export function identifier(raw: unknown): string | null {
  if (typeof raw !== 'string') return null;
  const trimmed = trim(raw);
  const id = lowerGuid(trimmed);
  if (id !== undefined) return id === ZERO_GUID ? null : id;
  const { length } = trimmed;
  if (length === 0 || length > 1024) return null;
  return length <= NO_NAME_CHARS_MAX && NO_NAMES.has(trimmed.toLowerCase()) ? null : trimmed;
}

/**
 * The id of a session or token, which joins different logs. A service without one writes zeros, as
 * a GUID or in the base64url form of token ids. Used as an id, they would join all unrelated
 * sessions.
 */
export function linkIdentifier(raw: unknown): string | null {
  const id = identifier(raw);
  if (id === null) return null;
  // Only these can start zeros. Most ids start otherwise, and a regular expression takes longer.
  const first = id.charCodeAt(0);
  const mayBeZeros = first === 0x30 || first === 0x41 || first === 0x2d || first === 0x7b;
  return mayBeZeros && ZEROS.test(id) ? null : id;
}

/** Zero bits are `0` in hexadecimal and `A` in base64, whose last character may be padding. */
const ZEROS = /^\{?[0-]+\}?$|^A{20,}={0,2}$/;

const TYPE_OF_USER_TYPE: readonly number[] = [
  USER,
  USER,
  ADMIN,
  SYSTEM,
  SYSTEM,
  SERVICE,
  SERVICE,
  SYSTEM,
  SYSTEM,
  ADMIN,
  USER,
];
const USER_TYPE_NAMES: ReadonlyMap<string, number> = new Map([
  ['regular', 0],
  ['reserved', 1],
  ['admin', 2],
  ['dcadmin', 3],
  ['system', 4],
  ['application', 5],
  ['serviceprincipal', 6],
  ['custompolicy', 7],
  ['systempolicy', 8],
  ['partnertechnician', 9],
  ['guest', 10],
  ['anonymous', 10],
]);

/** OCSF user.type_id of the vendor's UserType, as number or name; 0 if unknown. */
export function typeOfUserType(userType: unknown): number {
  if (typeof userType === 'number') return TYPE_OF_USER_TYPE[userType] ?? 0;
  if (typeof userType !== 'string' || userType.length === 0) return 0;
  const code = USER_TYPE_NAMES.get(userType.trim().toLowerCase()) ?? Number(userType);
  return TYPE_OF_USER_TYPE[code] ?? 0;
}

function parseIdentity(raw: string): Identity {
  const trimmed = raw.trim();
  const name = trimmed.toLowerCase();
  if (name.length === 0 || name.length > 1024 || NO_NAMES.has(name)) return NO_IDENTITY;
  if (isGuid(name)) {
    return name === ZERO_GUID ? NO_IDENTITY : { ...NO_IDENTITY, uid: name };
  }
  const claim = CLAIM.exec(trimmed);
  if (claim?.[1]) return identityInClaim(claim[1]);
  const typed = PREFIXED_GUID.exec(trimmed);
  if (typed?.[1] && typed[2] && isGuid(typed[2])) {
    const type = TYPE_OF_PREFIX.get(typed[1].toLowerCase()) ?? 0;
    return { ...NO_IDENTITY, uid: typed[2].toLowerCase(), type };
  }
  if (HEX16.test(name)) return { ...NO_IDENTITY, puid: name.toUpperCase() };
  const local = name.slice(0, 17);
  if (local.endsWith('@') && HEX16.test(local.slice(0, 16))) {
    // In a UserKey this form is a PUID; in a UserId it is a name. The caller knows which.
    return { ...NO_IDENTITY, name, puid: local.slice(0, 16).toUpperCase() };
  }
  return identityOfName(trimmed, name);
}

function identityOfName(trimmed: string, name: string): Identity {
  if (name.startsWith('nt authority\\') || name.startsWith('nt service\\')) {
    const process = name.indexOf(' (');
    return { ...NO_IDENTITY, name: process > 0 ? name.slice(0, process) : name, type: SYSTEM };
  }
  if (SYSTEM_NAMES.has(name)) return { ...NO_IDENTITY, name, type: SYSTEM };
  if (SERVICE_NAMES.has(name)) return { ...NO_IDENTITY, name, type: SERVICE };
  if (SID.test(trimmed)) return { ...NO_IDENTITY, sid: trimmed.toUpperCase() };
  // An invited personal account, as the sign-in service writes it.
  return { ...NO_IDENTITY, name: name.startsWith('live.com#') ? name.slice(9) : name };
}

/** `i:0h.f|membership|<puid>@live.com`, `i:0#.f|membership|<upn>`, `i:0i.t|<app>|<id>@<tenant>`. */
function identityInClaim(inner: string): Identity {
  const at = inner.indexOf('@');
  const app = at === 36 ? guid(inner.slice(0, at)) : null;
  if (app !== null) return { ...NO_IDENTITY, uid: app, type: SERVICE };
  return inner.startsWith('i:') ? NO_IDENTITY : parseIdentity(inner);
}

/** Returns true for a possible mailbox address: one text with an `@` and no space or separator. */
export function isAddress(name: string | null): name is string {
  return name !== null && name.length <= 320 && name.indexOf('@') > 0 && !/[\s\\/:;<>"]/.test(name);
}
