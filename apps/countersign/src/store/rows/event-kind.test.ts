import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { StoreReader } from '../store-reader.ts';
import { folder, row, storeOf } from '../testing/rows.ts';
import { EVENT_KIND_SQL, eventKindOf, IS_ACTION_SQL, isAction } from './event-kind.ts';

const EMAIL = 4009;
const FINDING = 2004;

function kindOf(classUid: number, operation: string | null, more: object = {}): string | null {
  return eventKindOf({ classUid, operation, recordType: null, actorType: 0, ...more });
}

test('a transport record is an event, and sending a message is an action', () => {
  for (const operation of [null, 'Delivered', 'Junked', 'Phish ZAP']) {
    assert.equal(kindOf(EMAIL, operation), 'mail-delivery', String(operation));
  }
  for (const operation of ['Send', 'SendAs', 'SendOnBehalf']) {
    assert.equal(kindOf(EMAIL, operation), null, operation);
  }
});

test("a product's detection is an event, and a person's response an action", () => {
  assert.equal(kindOf(FINDING, 'AlertTriggered', { actorType: 3 }), 'detection');
  assert.equal(kindOf(FINDING, 'AadRiskDetection', { actorType: 1 }), 'detection');
  assert.equal(kindOf(6003, 'DlpRuleMatch', { recordType: 13 }), 'detection');
  assert.equal(kindOf(FINDING, 'AlertUpdated', { actorType: 3 }), 'detection');
  assert.equal(kindOf(FINDING, 'AlertUpdated', { actorType: 2 }), null);
  assert.equal(kindOf(FINDING, 'TIUrlClickData', { recordType: 41, actorType: 1 }), null);
});

test("what the vendor's own service does is an action", () => {
  assert.equal(kindOf(6001, 'MailItemsAccessed', { actorType: 3, recordType: 50 }), null);
  assert.equal(kindOf(3001, 'Update user.', { actorType: 4, recordType: 8 }), null);
});

test('the SQL over the columns agrees', async (t) => {
  const event = fc.record({
    classUid: fc.constantFrom(3002, EMAIL, FINDING, 6001, 6003),
    operation: fc.option(
      fc.constantFrom('Send', 'SENDAS', 'Delivered', 'AlertUpdated', 'DlpRuleMatch', 'Risky user'),
    ),
    recordType: fc.option(fc.constantFrom(2, 13, 40, 41)),
    actorType: fc.constantFrom(0, 1, 2, 3, 4),
  });
  const events = fc.array(event, { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(events, async (some) => {
      const dir = await folder(t);
      (await storeOf(dir, [some.map((each, index) => row(index, each))])).close();
      const reader = await StoreReader.open(dir);
      try {
        const rows = await reader.over(
          {},
          (source) => `SELECT ${EVENT_KIND_SQL}, ${IS_ACTION_SQL} FROM ${source} ORDER BY "index"`,
        );
        assert.deepEqual(
          rows,
          some.map((each) => [eventKindOf(each), isAction(each)]),
        );
      } finally {
        reader.close();
      }
    }),
    runs(8),
  );
});
