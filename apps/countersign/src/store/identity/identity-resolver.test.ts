import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, folder, type RowParts, row, START_MS, storeOf } from '../testing/rows.ts';
import type { Selection } from './principal-types.ts';

const NAME = 'shared@contoso.example';
const MINUTES = 12;
const MINUTE_MS = 60_000;

function uidOf(n: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** A record that ties the name to a person, or has the name alone. */
type NamedRecord = { readonly person: number | null; readonly minute: number };

async function readingOf(dir: string, records: readonly NamedRecord[]): Promise<StoreReader> {
  const rows = records.map(({ person, minute }, index) => {
    const uid: RowParts = person === null ? {} : { actorUid: uidOf(person) };
    return row(index, { actorName: NAME, timeMs: START_MS + minute * MINUTE_MS, ...uid });
  });
  (await storeOf(dir, [rows])).close();
  return StoreReader.open(dir);
}

/** Whether the records of a person span the minute: from the first with the name to the last. */
function isTied(records: readonly NamedRecord[], person: number, atMs: number): boolean {
  const own = records.filter((each) => each.person === person);
  const times = own.map(({ minute }) => START_MS + minute * MINUTE_MS);
  return Math.min(...times) <= atMs && atMs <= Math.max(...times);
}

function covers({ shared }: Selection, what: 'intervals' | 'foreign', atMs: number): boolean {
  return shared.some((each) => each[what].some(({ from, to }) => from <= atMs && atMs < to));
}

test('a shared name belongs to a person while records tie it to that person alone', async (t) => {
  const record = fc.record({
    person: fc.option(fc.nat({ max: 4 }), { freq: 8 }),
    minute: fc.nat({ max: MINUTES - 1 }),
  });
  const property = fc.asyncProperty(
    fc.array(record, { minLength: 2, maxLength: 12 }),
    async (some) => {
      const records = [...some, { person: null, minute: 0 }];
      const people = [...new Set(records.flatMap(({ person }) => person ?? []))];
      fc.pre(people.length > 1);
      using reader = closing(await readingOf(await folder(t), records));
      for (const person of people) {
        const found = await reader.store.resolvePrincipal(uidOf(person));
        assert.ok(found.kind === 'one');
        for (let minute = 0; minute < MINUTES; minute++) {
          const atMs = START_MS + minute * MINUTE_MS;
          const holders = people.filter((each) => isTied(records, each, atMs));
          const only = holders.length === 1 ? holders[0] : undefined;
          assert.equal(covers(found.selection, 'intervals', atMs), only === person);
          assert.equal(
            covers(found.selection, 'foreign', atMs),
            only !== undefined && only !== person,
          );
        }
      }
    },
  );
  await fc.assert(property, runs(20, 500));
});

test('a name of two hundred people is not read again for each pair of them', async (t) => {
  const people = 200;
  const records = Array.from({ length: people }, (_, person) => ({ person, minute: person }));
  using reader = closing(
    await readingOf(await folder(t), [...records, { person: null, minute: 0 }]),
  );
  const { store } = reader;
  const found = await store.resolvePrincipal(NAME);
  assert.ok(found.kind === 'ambiguous');
  assert.equal(found.candidates.length, people);
  const identities = store.identities();
  const keyAt = (minute: number): string =>
    identities.keyOf(`user:${NAME}`, CONTOSO, START_MS + minute * MINUTE_MS);
  assert.equal(keyAt(7), uidOf(7));
  assert.equal(keyAt(people + 1), `${CONTOSO} user:${NAME}`);
});

function closing(store: StoreReader): { readonly store: StoreReader } & Disposable {
  return { store, [Symbol.dispose]: () => store.close() };
}
