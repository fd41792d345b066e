import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreReader } from '../../store/store-reader.ts';
import { folder, type RowParts, row, START_MS, storeOf } from '../../store/testing/rows.ts';
import { type UsualActivity, usualActivity } from './usual-activity.ts';

const DAY_MS = 86_400_000;
const alice: RowParts = { actorUid: 'aaaaaaaa-0000-4000-8000-000000000001', actorType: 1 };

/** One read a day at the office, and on the last day `items` from elsewhere. */
async function compared(
  dir: string,
  days: number,
  items: number,
  period: { readonly fromMs?: number; readonly isWhole?: boolean } = {
    fromMs: START_MS + days * DAY_MS,
  },
): Promise<UsualActivity> {
  const read = (day: number, itemCount: number, ip: string) =>
    row(day, {
      ...{ ...alice, operation: 'MailItemsAccessed', statusId: 1, itemCount, ip },
      timeMs: START_MS + day * DAY_MS,
    });
  const rows = Array.from({ length: days }, (_, day) => read(day, 20 + day, '198.51.100.7'));
  const last = [read(days, items, '203.0.113.9')];
  (await storeOf(dir, [[...rows, ...last]])).close();
  const store = await StoreReader.open(dir);
  try {
    const found = await store.resolvePrincipal(alice.actorUid ?? '', {});
    assert.ok(found.kind === 'one');
    return await usualActivity(store, found.selection, { isWhole: true, ...period });
  } finally {
    store.close();
  }
}

test('several times the busiest day of the month before is not usual', async (t) => {
  const { volumes, networks, because } = await compared(await folder(t), 8, 500);
  assert.equal(because, null);
  const [mail] = volumes;
  assert.deepEqual([mail?.answer, mail?.items, mail?.days, mail?.most], ['no', 500, 8, 27]);
  assert.deepEqual(
    networks.map(({ value, isNew }) => [value, isNew]),
    [['203.0.113.9', true]],
  );
});

test('a busy day of a person is usual', async (t) => {
  const { volumes } = await compared(await folder(t), 8, 40);
  assert.equal(volumes[0]?.answer, 'yes');
});

test('a quiet day is usual only if no record of it is missing', async (t) => {
  const dir = await folder(t);
  const holed = { fromMs: START_MS + 8 * DAY_MS, isWhole: false };
  const { volumes } = await compared(dir, 8, 40, holed);
  assert.equal(volumes[0]?.answer, 'unknown');
  assert.match(volumes[0]?.because ?? '', /may be missing/);
});

test('far more than usual stays so where records are missing', async (t) => {
  const holed = { fromMs: START_MS + 8 * DAY_MS, isWhole: false };
  const { volumes } = await compared(await folder(t), 8, 500, holed);
  assert.deepEqual([volumes[0]?.answer, volumes[0]?.because], ['no', null]);
});

test('too few days tell nothing', async (t) => {
  const { volumes, networks, because } = await compared(await folder(t), 3, 500);
  assert.match(because ?? '', /3 days .* fewer than 5 show no habit/);
  assert.equal(volumes[0]?.answer, 'unknown');
  assert.equal(networks[0]?.isNew, null);
});

test('a period without a start compares its busiest day only', async (t) => {
  const { volumes, networks, because } = await compared(await folder(t), 8, 500, {});
  assert.match(because ?? '', /has no start/);
  assert.equal(volumes[0]?.answer, 'no');
  assert.deepEqual(new Set(networks.map(({ isNew }) => isNew)), new Set([null]));
});
