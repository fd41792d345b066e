import assert from 'node:assert/strict';
import { readStatement } from '../../../apps/countersign/src/reports/statement/read-statement.ts';
import { type Account, askLines, assertFsckClean, withAccount } from '../account.ts';

type Json = { readonly [name: string]: unknown };

/** Equal for equal values, in any member order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * The output of `timeline --json`, without what differs between deliveries: the ledger position,
 * and the time of arrival. Also without ids that are keyed hashes or made from the bytes, because
 * another folder has other keys. Sorted, because simultaneous events are in ledger order.
 */
async function eventsOf(data: string): Promise<string[]> {
  const events = await askLines<Json>(data, ['timeline']);
  return events
    .map(({ metadata, unmapped, ...event }) => {
      const { entries: _, ...left } = unmapped as Json;
      const { logged_time: __, loggers: ___, uid, ...rest } = metadata as Json;
      const isVendors = typeof uid === 'string' && !/^[~=]/.test(uid);
      return canonical({ ...event, unmapped: left, metadata: isVendors ? { ...rest, uid } : rest });
    })
    .sort();
}

/** Ledger positions, which depend on the order of import. */
const PLACES: ReadonlySet<string> = new Set([
  ...['index', 'entries', 'ledger', 'coverage', 'asOf'],
]);

/**
 * The statements of `people`, or of every actor of `data`, by person, without ledger positions and
 * file completeness. For an ambiguous name, its message.
 */
export async function statementsOf(
  data: string,
  people?: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return withAccount(data, async (account) => {
    const statements = new Map<string, string>();
    for (const who of people ?? (await actorsOf(account))) {
      const result = await readStatement(account.store, who, {}, account.head);
      const said =
        result.kind === 'unknown' ? result.because.text : withoutPositions(result.statement);
      statements.set(who, canonical(said));
    }
    return statements;
  });
}

async function actorsOf({ store, head }: Account): Promise<string[]> {
  const { rows } = await store.timeline({}, head);
  const actors = new Set<string>();
  for await (const { event } of rows) {
    for (const name of [event.actorUid, event.actorName]) if (name !== null) actors.add(name);
  }
  return [...actors].sort();
}

/** Without positions. Lists are sorted, because simultaneous events have no order. */
function withoutPositions(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value
      .map((inner) => withoutPositions(inner))
      .map((item) => [canonical(item), item]);
    return items
      .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
      .map(([, item]) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !PLACES.has(name));
  return Object.fromEntries(members.map(([name, inner]) => [name, withoutPositions(inner)]));
}

/** Everything that users see of a data folder, independent of the import order. */
export type Outcome = {
  readonly events: readonly string[];
  readonly statements: ReadonlyMap<string, string>;
};

export async function outcomeOf(data: string): Promise<Outcome> {
  await assertFsckClean(data);
  return { events: await eventsOf(data), statements: await statementsOf(data) };
}

/** Shows only the first difference: two whole outcomes side by side are unreadable. */
export function assertAlike(actual: Outcome, expected: Outcome): void {
  assert.equal(actual.events.length, expected.events.length, 'the number of events');
  for (const [at, event] of expected.events.entries()) assertSame(actual.events[at], event);
  assert.deepEqual([...actual.statements.keys()], [...expected.statements.keys()]);
  for (const [who, said] of expected.statements) assertSame(actual.statements.get(who), said);
}

/** Starts shortly before the first difference. */
function assertSame(actual: string | undefined, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual?.[at] === expected[at]) at++;
  const from = Math.max(0, at - 200);
  assert.equal(actual?.slice(from, at + 100), expected.slice(from, at + 100));
}
