import { HISTORY_MS, NAME_LETTERS_MIN, NAMES_MAX } from '../limits.ts';
import { numberOf, queryEvents, sqlList, textOf } from '../windows/event-query.ts';
import { type DetectionWindow, dayOf } from '../windows/window-detector.ts';
import { editDistance, skeletonOf } from './domain-similarity.ts';
import { memberOfEntries, memberText } from './message-members.ts';

/** An employee, with the name that people know. */
export type Insider = {
  readonly tenant: string;
  readonly address: string;
  readonly name: string;
};

export type NameMatch = { readonly insider: Insider; readonly how: 'same' | 'spelling' };

/**
 * Employees whose names match one of the `sought`. Names come from sign-ins, else from addresses
 * that consist of a name (`vivian.castellan@`). Records state no job titles, so no role counts
 * more.
 */
export async function insideNames(
  window: DetectionWindow,
  wanted: Iterable<string>,
): Promise<EmployeeNames> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'actor', 'entries'],
    (events) => `WITH p AS NOT MATERIALIZED (
        SELECT org, lower(actor_name) AS name, d, "index", entries FROM ${events}
        WHERE class_uid = 3002 AND actor_name LIKE '%@%' AND actor_name NOT LIKE '%#ext#%'),
      latest AS (SELECT org, name, max("index") AS "index", count(*) AS days
        FROM (SELECT org, name, d, max("index") AS "index" FROM p GROUP BY ALL) GROUP BY org, name)
      SELECT latest.org, latest.name, p.entries::VARCHAR
      FROM p JOIN latest ON p."index" = latest."index"
      ORDER BY latest.days DESC, latest.name, latest.org`,
    NAMES_MAX,
  );
  const names = new EmployeeNames(wanted);
  for (const row of rows) {
    const address = textOf(row['actor']) ?? '';
    const of = { tenant: String(row['org']), address };
    const stated = await statedName(window, textOf(row['entries']) ?? '');
    for (const name of new Set([stated, spokenName(address)])) names.add({ ...of, name });
  }
  names.tellDays(await daysOf(window, names.addresses));
  return names;
}

/** Days on which people signed in, by `tenant address`. */
async function daysOf(window: DetectionWindow, addresses: Iterable<string>): Promise<Days> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'actor', 'd'],
    (events) => `SELECT DISTINCT org, lower(actor_name), d FROM ${events}
      WHERE class_uid = 3002 AND lower(actor_name) IN (${sqlList(addresses)})`,
  );
  const days = Map.groupBy(rows, (row) => `${String(row['org'])} ${textOf(row['actor'])}`);
  return new Map([...days].map(([key, own]) => [key, own.map((row) => numberOf(row['d']))]));
}

type Days = ReadonlyMap<string, readonly number[]>;

async function statedName(window: DetectionWindow, entries: string): Promise<string> {
  for (const member of ['userDisplayName', 'UserDisplayName']) {
    const members = await memberOfEntries(window, entries, member);
    if (members !== undefined) return memberText(members, member);
  }
  return '';
}

/** The name in an address; empty if it contains none. */
export function spokenName(address: string): string {
  return (address.split('@')[0] ?? '').replaceAll(/[._\d-]+/g, ' ');
}

/**
 * Finds an employee by name, also with one wrong letter, in a few lookups. It keeps only employees
 * with a sought name, to bound memory in a large company.
 */
export class EmployeeNames {
  readonly #wanted: ReadonlySet<string>;
  readonly #byKey = new Map<string, Insider[]>();
  /** Keys with one letter removed, mapped to the keys that they come from. */
  readonly #near = new Map<string, Set<string>>();
  #days: Days = new Map();

  constructor(wanted: Iterable<string>) {
    const keys = [...new Set(wanted)].flatMap((name) => nameKey(name) ?? []);
    this.#wanted = new Set(keys.flatMap(withoutOne));
  }

  get addresses(): ReadonlySet<string> {
    return new Set([...this.#byKey.values()].flat().map(({ address }) => address));
  }

  /** MUST precede every match. Keys are `tenant address`. */
  tellDays(days: Days): void {
    this.#days = days;
  }

  add(insider: Insider): void {
    const key = nameKey(insider.name);
    if (key === undefined) return;
    const near = withoutOne(key);
    if (!near.some((less) => this.#wanted.has(less))) return;
    const own = this.#byKey.get(`${insider.tenant} ${key}`);
    if (own !== undefined) {
      own.push(insider);
      return;
    }
    this.#byKey.set(`${insider.tenant} ${key}`, [insider]);
    for (const less of near) {
      const keys = this.#near.get(less);
      if (keys === undefined) this.#near.set(less, new Set([key]));
      else keys.add(key);
    }
  }

  /** The employee with this name who signed in within a month before the end of that day. */
  match(name: string, tenant: string, atMs: number): NameMatch | undefined {
    const key = nameKey(name);
    if (key === undefined) return undefined;
    const day = dayOf(atMs);
    const there = (of: string): Insider | undefined =>
      this.#byKey.get(`${tenant} ${of}`)?.find(({ address }) => {
        const days = this.#days.get(`${tenant} ${address}`) ?? [];
        return days.some((one) => one <= day && one >= day - HISTORY_MS);
      });
    const same = there(key);
    if (same !== undefined) return { insider: same, how: 'same' };
    const near = withoutOne(key).flatMap((less) => [...(this.#near.get(less) ?? [])]);
    for (const of of new Set(near)) {
      const insider = editDistance(of, key, 1) <= 1 ? there(of) : undefined;
      if (insider !== undefined) return { insider, how: 'spelling' };
    }
    return undefined;
  }
}

const NAME_CHARACTERS_MAX = 80;
const NAME_WORDS_MAX = 5;

/** The key of a name as readers see it: independent of letter forms, order and additions. */
export function nameKey(name: string): string | undefined {
  const bare = name.slice(0, NAME_CHARACTERS_MAX).split(/[([|/]| [-–—] | via | at /i)[0] ?? '';
  const words = bare.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word.length > 1);
  if (words.length < 2 || words.length > NAME_WORDS_MAX) return undefined;
  const key = words.map(skeletonOf).sort().join(' ');
  return key.length > NAME_LETTERS_MIN ? key : undefined;
}

function withoutOne(key: string): string[] {
  const letters = [...key];
  return [key, ...letters.map((_, at) => letters.toSpliced(at, 1).join(''))];
}
