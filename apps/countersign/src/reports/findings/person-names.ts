import type { Identities } from '../../store/identity/identities.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** Names of the people that a finding is about, where records give them. */
export type PersonNames = {
  /** Names of its people, with the person of the title first. */
  readonly of: (draft: FindingDraft) => readonly PersonName[];
};

export type PersonName = {
  /** As in findings: an object id, or a kind and a name. */
  readonly key: string;
  readonly name: string;
};

export function personNames(identities: Identities): PersonNames {
  return {
    of: (draft) => {
      const people = new Map<string, PersonName>();
      for (const key of draft.principals) {
        const person = identities.keyOf(key, draft.tenant, draft.lastMs);
        // Already listed by object id or name.
        if (people.has(person)) continue;
        const name = nameOf(identities.namesOf(person), draft.title) ?? key;
        people.set(person, { key, name });
      }
      const title = draft.title.toLowerCase();
      const placeOf = ({ name }: PersonName): number => {
        const at = title.indexOf(name.toLowerCase());
        return at < 0 ? Number.POSITIVE_INFINITY : at;
      };
      return [...people.values()].sort((a, b) => compare(placeOf(a), placeOf(b)));
    },
  };
}

/** The name that the title uses; otherwise the last, which is the current one. */
function nameOf(known: readonly string[], title: string): string | undefined {
  const lower = title.toLowerCase();
  for (const name of known) {
    const at = lower.indexOf(name.toLowerCase());
    if (at >= 0) return title.slice(at, at + name.length);
  }
  return known.at(-1);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** The domain of most names; undefined if none has one. */
export function homeDomain(names: Iterable<string>): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    const domain = /@([^@\s]+)$/.exec(name)?.[1]?.toLowerCase();
    if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Removes the home domain: `m.okafor`. Other addresses stay complete. */
export function withoutDomain(text: string, domain: string | undefined): string {
  if (domain === undefined) return text;
  const suffix = `@${domain}`;
  let rest = text;
  let short = '';
  for (;;) {
    const at = rest.toLowerCase().indexOf(suffix);
    if (at < 0) return short + rest;
    const end = at + suffix.length;
    // `@example.org` must not match in `ada@example.organization`.
    short += /^[\w-]|^\.\w/.test(rest.slice(end)) ? rest.slice(0, end) : rest.slice(0, at);
    rest = rest.slice(end);
  }
}
