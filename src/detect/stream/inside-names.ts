import { dayOf, type StreamScene } from './detector.ts';
import { HISTORY_MS, NAME_LETTERS_MIN, NAMES_MAX } from './limits.ts';
import { editDistance, skeletonOf } from './look-alike.ts';
import { memberOfEntries, memberText } from './mail-body.ts';
import { ask, textOf } from './sql.ts';

/** Somebody inside, by the name that people know them by. */
export type Insider = {
  readonly tenant: string;
  readonly address: string;
  readonly name: string;
  readonly days: readonly number[];
};

export type NameMatch = { readonly insider: Insider; readonly how: 'same' | 'spelling' };

/**
 * The names of those who sign in: as their sign-ins state them, else out of addresses that are
 * made of them (`vivian.castellan@`). Titles are not in any record, so nobody is set apart by one.
 */
export async function insideNames(scene: StreamScene): Promise<InsideNames> {
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['org', 'actor', 'entries', 'days'],
    (events) => `SELECT org, lower(actor_name), arg_max(entries, "index")::VARCHAR,
        list(DISTINCT d)::VARCHAR FROM ${events}
      WHERE class_uid = 3002 AND actor_name LIKE '%@%' AND actor_name NOT LIKE '%#ext#%'
      GROUP BY org, lower(actor_name) ORDER BY count(DISTINCT d) DESC, 2, 1`,
    NAMES_MAX,
  );
  const names = new InsideNames();
  for (const row of rows) {
    const address = textOf(row['actor']) ?? '';
    const days = (textOf(row['days'])?.match(/\d+/g) ?? []).map(Number);
    const of = { tenant: String(row['org']), address, days };
    const stated = await statedName(scene, textOf(row['entries']) ?? '');
    for (const name of new Set([stated, spokenName(address)])) names.add({ ...of, name });
  }
  return names;
}

async function statedName(scene: StreamScene, entries: string): Promise<string> {
  for (const member of ['userDisplayName', 'UserDisplayName']) {
    const members = await memberOfEntries(scene, entries, member);
    if (members !== undefined) return memberText(members, member);
  }
  return '';
}

/** The name that an address is made of, where it is made of one. */
export function spokenName(address: string): string {
  return (address.split('@')[0] ?? '').replaceAll(/[._\d-]+/g, ' ');
}

/** Finds the insider of a name, also where one letter is wrong, at the price of a few look-ups. */
export class InsideNames {
  readonly #byKey = new Map<string, Insider[]>();
  /** Keys without one of their letters, and the keys that they come from. */
  readonly #near = new Map<string, Set<string>>();

  add(insider: Insider): void {
    const key = nameKey(insider.name);
    if (key === undefined) return;
    const own = this.#byKey.get(`${insider.tenant} ${key}`);
    if (own !== undefined) {
      own.push(insider);
      return;
    }
    this.#byKey.set(`${insider.tenant} ${key}`, [insider]);
    for (const less of withoutOne(key)) {
      const keys = this.#near.get(less);
      if (keys === undefined) this.#near.set(less, new Set([key]));
      else keys.add(key);
    }
  }

  /** Who of those who signed in within a month before the end of that day bears this name. */
  match(name: string, tenant: string, atMs: number): NameMatch | undefined {
    const key = nameKey(name);
    if (key === undefined) return undefined;
    const day = dayOf(atMs);
    const there = (of: string): Insider | undefined =>
      this.#byKey
        .get(`${tenant} ${of}`)
        ?.find(({ days }) => days.some((one) => one <= day && one >= day - HISTORY_MS));
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

/** What a reader takes for the same name: whatever the letters, the order, and what is added. */
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
