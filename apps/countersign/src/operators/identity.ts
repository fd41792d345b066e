/** Groups of a person as the provider states them. `unknown`: there were too many for a token. */
export type ClaimedGroups = readonly string[] | 'unknown';

/** A person as an identity provider, a passkey or a link proved them. */
export type OperatorIdentity = {
  /** Stable: see {@link personOf}. */
  readonly person: string;
  /** What the provider calls the person, for people. It may change, and proves nothing. */
  readonly label: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly roles: readonly string[];
  readonly groups: ClaimedGroups;
  /** The provider's session, for back-channel logout. */
  readonly sid: string | null;
  /** Roles that this service itself gave to the person, by a link. */
  readonly localRoles?: readonly string[] | undefined;
  /** The link by which the person may register a passkey for break-glass sign-ins. */
  readonly passkeyLink?: string | undefined;
};

export type IdTokenClaims = Readonly<Record<string, unknown>>;

/**
 * The stable name of a person. Entra: object id and tenant, because the subject differs for each
 * application. Others: subject and issuer. Names and addresses can be given to another person.
 */
function personOf({ oid, tid, sub, iss }: IdTokenClaims): string | undefined {
  if (typeof oid === 'string' && typeof tid === 'string') return `${oid}@${tid}`;
  if (typeof sub !== 'string' || typeof iss !== 'string') return undefined;
  return `${sub}@${iss.replace(/^https?:\/\//, '')}`;
}

/** Undefined if the claims name no stable person. */
export function identityOf(claims: IdTokenClaims): OperatorIdentity | undefined {
  const person = personOf(claims);
  if (person === undefined) return undefined;
  const { preferred_username: name, email, iss, sub, sid } = claims;
  return {
    person,
    label: textOf(name) ?? textOf(email),
    issuer: textOf(iss),
    subject: textOf(sub),
    roles: listOf(claims['roles']) ?? [],
    groups: groupsOf(claims),
    sid: textOf(sid),
  };
}

/** Of a local operator. Persons of a provider have an `@`, and names of local ones have none. */
export function localIdentity(name: string, localRoles: readonly string[]): OperatorIdentity {
  const claimed = { issuer: null, subject: null, roles: [], groups: [], sid: null };
  return { person: `${LOCAL}${name}`, label: name, ...claimed, localRoles };
}

/** The name of a local operator; undefined for a person of a provider. */
export function localNameOf(person: string): string | undefined {
  return person.startsWith(LOCAL) && !person.includes('@') ? person.slice(LOCAL.length) : undefined;
}

const LOCAL = 'local:';

/** As entries state an operator. */
export function operatorName({ person }: Pick<OperatorIdentity, 'person'>): string {
  return `${PREFIX}${person}`;
}

/** The person of {@link operatorName}; undefined for another actor. */
export function personNamed(who: string): string | undefined {
  return who.startsWith(PREFIX) ? who.slice(PREFIX.length) : undefined;
}

const PREFIX = 'operator ';

/**
 * Above 200 groups, Entra states a source in place of the list. Such a person is not one without
 * groups.
 */
function groupsOf(claims: IdTokenClaims): ClaimedGroups {
  const names = claims['_claim_names'];
  const isElsewhere = typeof names === 'object' && names !== null && Object.hasOwn(names, 'groups');
  if (isElsewhere || claims['hasgroups'] === true || claims['hasgroups'] === 'true') {
    return 'unknown';
  }
  const { groups } = claims;
  return groups === undefined ? [] : (listOf(groups) ?? 'unknown');
}

function listOf(value: unknown): readonly string[] | undefined {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? value : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
