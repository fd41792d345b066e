import { appNameOf } from '@countersign/ocsf';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { SUSPECT_SEVERITY_MIN, VICTIMS_MIN } from './limits.ts';

/** By what two findings belong together, the strongest first. */
export const TIE_KINDS = ['entry', 'hit', 'session', 'application', 'address', 'person'] as const;
export type TieKind = (typeof TIE_KINDS)[number];

/** Something that a finding names, and by which others can name it too. */
export type Entity = { readonly kind: TieKind; readonly id: string };

/** The key of who is meant by an actor key at a time: an object id where one is known. */
export type PersonOf = (key: string, tenant: string, atMs: number) => string;

/** Who stands behind names, and what so many people share that it ties nobody to anybody. */
export type Surroundings = {
  readonly personOf: PersonOf;
  /** Addresses, and applications in lower case, that many people use who are in no finding. */
  readonly common: ReadonlySet<string>;
  /** People who change the accounts of many others, as {@link PersonOf} names them. */
  readonly administrators: ReadonlySet<string>;
};

/** A finding with what ties it to others. */
export type Node = {
  readonly finding: StoredFinding;
  /** Its severity is enough to tie others together. */
  readonly isSuspect: boolean;
  readonly entries: readonly Entity[];
  /** Sessions, addresses and applications that are not everybody's. */
  readonly channels: readonly Entity[];
  /** Whoever it names, but for administrators and the victims of an attack on many. */
  readonly people: readonly Entity[];
  /** Those whom it names who administer others: what they did ties nobody to anybody. */
  readonly administrators: readonly Entity[];
  /** It was done from where people are at home. */
  readonly isFromCommonAddress: boolean;
};

export type NamedParties = {
  readonly people: readonly string[];
  readonly apps: readonly string[];
  readonly sessions: readonly string[];
  readonly addresses: readonly string[];
};

/** What a finding may tie by, before it is known what of it is common. */
export function namedBy({ draft }: StoredFinding, personOf: PersonOf): NamedParties {
  const keys = draft.principals.filter((key) => !key.startsWith('system:'));
  const people = new Set(keys.map((key) => personOf(key, draft.tenant, draft.firstMs)));
  const apps = draft.apps.map((app) => app.toLowerCase());
  return {
    people: people.size < VICTIMS_MIN ? [...people].sort() : [],
    apps: [...new Set(apps)].filter((app) => appNameOf(app) === null).sort(),
    sessions: [...new Set(draft.sessions)].sort(),
    addresses: COMPARED.has(draft.rule) ? [] : [...new Set(draft.addresses)].sort(),
  };
}

/** Of the addresses that these compare, one is the person's own. */
const COMPARED: ReadonlySet<string> = new Set(['stream/impossible-travel', 'stream/session-moved']);

export function nodeOf(finding: StoredFinding, surroundings: Surroundings): Node {
  const { personOf, common, administrators } = surroundings;
  const { apps, sessions, addresses, ...named } = namedBy(finding, personOf);
  const isSuspect = finding.draft.severity >= SUSPECT_SEVERITY_MIN;
  const people = isSuspect || !isBySystem(finding) ? named.people : [];
  const person = (id: string): Entity => ({ kind: 'person', id });
  const narrow = addresses.filter((ip) => !common.has(ip));
  const uncommon = apps.filter((app) => !common.has(app));
  return {
    finding,
    isSuspect,
    entries: entriesOf(finding),
    channels: [
      ...sessions.map((id): Entity => ({ kind: 'session', id })),
      ...uncommon.map((id): Entity => ({ kind: 'application', id })),
      ...narrow.map((id): Entity => ({ kind: 'address', id })),
    ],
    people: people.filter((id) => !administrators.has(id)).map(person),
    administrators: people.filter((id) => administrators.has(id)).map(person),
    isFromCommonAddress: narrow.length < addresses.length,
  };
}

/** The service itself acted. The people that the finding names did nothing. */
function isBySystem({ draft }: StoredFinding): boolean {
  return draft.principals.some((key) => key.startsWith('system:'));
}

export const CAMPAIGN = 'stream/password-spray';
const HIT = 'stream/spray-hit';

/**
 * Two findings that rest on one entry are about one act. A campaign rests on the likeliest of the
 * successes beside it as well, whoever's they are: of these only a hit is its own.
 */
function entriesOf({ draft }: StoredFinding): Entity[] {
  const own = draft.entries.map((index): Entity => ({ kind: 'entry', id: String(index) }));
  const hits = draft.entries.map((index): Entity => ({ kind: 'hit', id: String(index) }));
  if (draft.rule === CAMPAIGN) return hits;
  return draft.rule === HIT ? [...own, ...hits] : own;
}
