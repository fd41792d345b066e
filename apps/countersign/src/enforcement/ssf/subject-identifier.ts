import { malformedRequest } from '../http/endpoint-error.ts';
import { canonical, isObject, type Json } from '../http/i-json.ts';
import { ALIASES_MAX, RECEIVER_TEXT_CHARACTERS_MAX } from './limits.ts';

/** A subject in the form of RFC 9493 and SSF 1.0 section 3. */
export type SubjectId = Json & { readonly format: string };

/** The required members of each simple format. */
const SIMPLE: ReadonlyMap<string, readonly string[]> = new Map([
  ['account', ['uri']],
  ['email', ['email']],
  ['iss_sub', ['iss', 'sub']],
  ['opaque', ['id']],
  ['phone_number', ['phone_number']],
  ['did', ['url']],
  ['uri', ['uri']],
  ['jwt_id', ['iss', 'jti']],
  ['saml_assertion_id', ['issuer', 'assertion_id']],
]);

/** SSF 1.0, 3.2. */
const COMPLEX_MEMBERS = [
  'user',
  'device',
  'session',
  'application',
  'tenant',
  'org_unit',
  'group',
] as const;

export type ComplexMember = (typeof COMPLEX_MEMBERS)[number];

/** @throws EndpointError MALFORMED */
export function subjectOf(value: unknown): SubjectId {
  if (!isObject(value)) throw malformedRequest('the subject is not an object');
  if (value['format'] === 'complex') return complexOf(value);
  return simpleOf(value);
}

export function complex(members: Partial<Record<ComplexMember, SubjectId | undefined>>): SubjectId {
  const stated = Object.entries(members).filter(([, member]) => member !== undefined);
  return { format: 'complex', ...Object.fromEntries(stated) };
}

export function opaque(id: string): SubjectId {
  return { format: 'opaque', id };
}

export function issSub(iss: string, sub: string): SubjectId {
  return { format: 'iss_sub', iss, sub };
}

export function email(address: string): SubjectId {
  return { format: 'email', email: address };
}

/**
 * Simple subjects match if they are identical. Complex ones match if each member is identical or
 * missing on one side; a simple one then stands for the user (SSF 1.0, 3.3 and 8.1.3.1).
 */
export function matches(a: SubjectId, b: SubjectId): boolean {
  if (a.format !== 'complex' && b.format !== 'complex') return keyOf(a) === keyOf(b);
  const [left, right] = [asComplex(a), asComplex(b)];
  return COMPLEX_MEMBERS.every((name) => {
    const [mine, theirs] = [left[name], right[name]];
    if (mine === undefined || theirs === undefined) return true;
    return keyOf(mine as SubjectId) === keyOf(theirs as SubjectId);
  });
}

/** The same text for the same subject, independent of member order. */
export function keyOf(subject: SubjectId): string {
  return canonical(subject);
}

function asComplex(subject: SubjectId): Json {
  return subject.format === 'complex' ? subject : { user: subject };
}

function complexOf(value: Json): SubjectId {
  const members: Record<string, SubjectId> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name === 'format') continue;
    if (!COMPLEX_MEMBERS.some((known) => known === name)) {
      throw malformedRequest(
        `the subject has the member ${JSON.stringify(name)}, which is not defined`,
      );
    }
    if (!isObject(member)) throw malformedRequest(`the ${name} of the subject is not an object`);
    members[name] = simpleOf(member);
  }
  if (Object.keys(members).length === 0) throw malformedRequest('the subject has no identifier');
  return { format: 'complex', ...members };
}

function simpleOf(value: Json): SubjectId {
  const { format } = value;
  if (typeof format !== 'string') throw malformedRequest('the subject has no format');
  if (format === 'aliases') return aliasesOf(value);
  if (format === 'ip-addresses') return addressesOf(value);
  const names = SIMPLE.get(format);
  if (names === undefined) {
    throw malformedRequest(`the subject has an unknown format: ${JSON.stringify(format)}`);
  }
  return { format, ...Object.fromEntries(names.map((name) => [name, textIn(value, name)])) };
}

function aliasesOf(value: Json): SubjectId {
  const { identifiers } = value;
  if (!Array.isArray(identifiers) || identifiers.length === 0) {
    throw malformedRequest('the aliases of the subject are missing');
  }
  if (identifiers.length > ALIASES_MAX) {
    throw malformedRequest(`the subject has more than ${ALIASES_MAX} aliases`);
  }
  // RFC 9493, 3.2.8: "aliases" MUST NOT be nested.
  const read = identifiers.map((each: unknown) => {
    if (!isObject(each) || each['format'] === 'aliases')
      throw malformedRequest('an alias is not a subject');
    return simpleOf(each);
  });
  return { format: 'aliases', identifiers: read };
}

function addressesOf(value: Json): SubjectId {
  const addresses = value['ip-addresses'];
  const isList = Array.isArray(addresses) && addresses.every((each) => typeof each === 'string');
  if (!isList || addresses.length === 0 || addresses.length > ALIASES_MAX) {
    throw malformedRequest('the addresses of the subject are missing, or too many');
  }
  return { format: 'ip-addresses', 'ip-addresses': addresses };
}

function textIn(value: Json, name: string): string {
  const text = value[name];
  if (typeof text !== 'string' || text === '') throw malformedRequest(`the subject has no ${name}`);
  if (text.length <= RECEIVER_TEXT_CHARACTERS_MAX) return text;
  throw malformedRequest(
    `the ${name} of the subject is longer than ${RECEIVER_TEXT_CHARACTERS_MAX}`,
  );
}
