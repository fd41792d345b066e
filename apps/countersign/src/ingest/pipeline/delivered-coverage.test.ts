import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveredCoverage } from './delivered-coverage.ts';

const AT = Date.parse('2024-05-06T07:08:09Z');

test('counts deliveries by tenant, source and workload, with their period', () => {
  const facts = new DeliveredCoverage();
  facts.add('a', 'one', 'Exchange', AT);
  facts.add('a', 'one', 'SharePoint', AT);
  facts.add('b', 'one', 'Exchange', AT);
  facts.add('a', 'one', 'Exchange', AT + 1000);
  facts.add('a', 'two', null, AT);
  facts.add('a', 'one', 'Exchange', AT - 1000);
  assert.deepEqual(
    facts.list().map(({ tenant, source, workload, count }) => [tenant, source, workload, count]),
    [
      ['a', 'one', 'Exchange', 3],
      ['a', 'one', 'SharePoint', 1],
      ['b', 'one', 'Exchange', 1],
      ['a', 'two', null, 1],
    ],
  );
  assert.deepEqual([facts.list()[0]?.firstMs, facts.list()[0]?.lastMs], [AT - 1000, AT + 1000]);
});

test('adds up the facts of several workers', () => {
  const [all, one, two] = [
    new DeliveredCoverage(),
    new DeliveredCoverage(),
    new DeliveredCoverage(),
  ];
  one.add('a', 'one', 'Exchange', AT);
  two.add('a', 'one', 'Exchange', AT + 5);
  for (const facts of [one, two]) all.merge(facts.list());
  assert.equal(all.list()[0]?.count, 2);
  assert.equal(all.list()[0]?.lastMs, AT + 5);
});

test("the coverage of an import is unknown, with the reason and the file's warnings", () => {
  const facts = new DeliveredCoverage();
  facts.add('a', 'one', 'Exchange', AT);
  const [row] = facts.coverage(['it looks cut off']);
  assert.equal(row?.state, 'unknown');
  assert.equal(row?.bound, null);
  assert.match(row?.because ?? '', /^these records are from a file, .*; it looks cut off$/);
  assert.deepEqual([row?.from, row?.to], ['2024-05-06T07:08:09Z', '2024-05-06T07:08:09.001Z']);
});
