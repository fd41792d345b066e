import { appNameOf } from '@countersign/ocsf';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { SUSPECT_SEVERITY_MIN, VICTIMS_MIN } from './limits.ts';

/** What ties two findings, strongest first. */
export const TIE_KINDS = ['entry', 'hit', 'session', 'application', 'address', 'person'] as const;
export type TieKind = (typeof TIE_KINDS)[number];

/** An entity that several findings can name. */
export type Entity = { readonly kind: TieKind; readonly id: string };

/** The principal of an actor key at a time: an object id if one is known. */
export type PersonOf = (key: string, tenant: string, atMs: number) => string;

/** The people behind names, and the entities that are too common to tie findings. */
export type Surroundings = {
  readonly personOf: PersonOf;
  /** Addresses, and applications in lower case, of many people who are in no finding. */
  readonly common: ReadonlySet<string>;
  /** People who change many other accounts, as {@link PersonOf} names them. */
  readonly administrators: ReadonlySet<string>;
};

/** A finding with the entities that tie it to others. */
export type Node = {
  readonly finding: StoredFinding;
  /** Whether its severity is high enough to tie others. */
  readonly isSuspect: boolean;
  readonly entries: readonly Entity[];
  /** Sessions, addresses and applications that are not common. */
  readonly channels: readonly Entity[];
  /** The people that it names, without administrators and victims of an attack on many. */
  readonly people: readonly Entity[];
  /** The administrators that it names. Their actions tie no findings. */
  readonly administrators: readonly Entity[];
  /** Whether it happened from an address where people are at home. */
  readonly isFromCommonAddress: boolean;
};

export type NamedParties = {
  readonly people: readonly string[];
  readonly apps: readonly string[];
  readonly sessions: readonly string[];
  readonly addresses: readonly string[];
};

/** The entities by which a finding may tie, before common ones are removed. */
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

/** These compare two addresses; one of them is the person's own. */
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

/** Whether the service itself acted. The people in the finding did nothing. */
function isBySystem({ draft }: StoredFinding): boolean {
  return draft.principals.some((key) => key.startsWith('system:'));
}

export const CAMPAIGN = 'stream/password-spray';
const HIT = 'stream/spray-hit';

/**
 * Two findings with a common entry are about one act. A campaign also cites the likeliest successes
 * beside it, which may be other people's, so only a hit counts.
 */
function entriesOf({ draft }: StoredFinding): Entity[] {
  const own = draft.entries.map((index): Entity => ({ kind: 'entry', id: String(index) }));
  const hits = draft.entries.map((index): Entity => ({ kind: 'hit', id: String(index) }));
  if (draft.rule === CAMPAIGN) return hits;
  return draft.rule === HIT ? [...own, ...hits] : own;
}
