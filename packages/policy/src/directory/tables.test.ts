import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { AttributeColumn, type Cell, ValuePool } from './attribute-column.ts';
import { EntityTable } from './entity-table.ts';
import { containerOf, membershipColumn } from './membership-column.ts';
import { ParentLists } from './parent-lists.ts';

/** Rows far apart, so that columns have to grow. */
const ROWS = fc.constantFrom(0, 1, 63, 64, 65, 200, 1000);

describe('a column', () => {
  const cell = (value: number, firstS: number, lastS: number, source = 0): Cell => {
    return { value, source, firstS, lastS };
  };

  test('returns undefined for a value that was never set', () => {
    const column = new AttributeColumn();
    assert.equal(column.get(5), undefined);
    assert.equal(column.at(5, 10), undefined);
    column.set(5, { value: 0, source: 3 }, 10);
    assert.deepEqual(column.get(5), cell(0, 10, 10, 3));
    assert.equal(column.get(4), undefined);
    assert.equal(column.get(5000), undefined);
  });

  test('a value observed again is younger, and has its latest source', () => {
    const column = new AttributeColumn();
    column.set(0, { value: 7, source: 1 }, 10);
    column.set(0, { value: 7, source: 2 }, 20);
    assert.deepEqual(column.get(0), cell(7, 10, 20, 2));
  });

  test('an observation older than the present one changes nothing', () => {
    const column = new AttributeColumn();
    column.set(0, { value: 7, source: 1 }, 10);
    column.set(0, { value: 8, source: 2 }, 9);
    assert.deepEqual(column.get(0), cell(7, 10, 10, 1));
    column.set(0, { value: 8, source: 2 }, 10);
    assert.deepEqual(column.get(0), cell(8, 10, 10, 2));
  });

  test('keeps an earlier value for its time, and from when it was confirmed', () => {
    const column = new AttributeColumn();
    column.set(0, { value: 1, source: 0 }, 10);
    column.set(0, { value: 2, source: 0 }, 20, 15);
    column.set(0, { value: 3, source: 0 }, 30, 99);
    const at = (s: number): Cell | undefined => column.at(0, s);
    assert.deepEqual(at(5), cell(1, 10, 15), 'before all of them: the first one');
    assert.deepEqual(at(10), cell(1, 10, 15));
    assert.deepEqual(at(19), cell(1, 10, 15));
    assert.deepEqual(at(20), cell(2, 20, 30), 'confirmed at most up to the moment of the change');
    assert.deepEqual(at(29), cell(2, 20, 30));
    assert.deepEqual(at(30), cell(3, 30, 30));
    assert.deepEqual(at(1000), cell(3, 30, 30));
  });

  test('agrees with a plain list of all statements', () => {
    const step = fc.record({ row: ROWS, value: fc.nat(3), source: fc.nat(2), s: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const column = new AttributeColumn();
        const model = new Map<number, { value: number; lastS: number }[]>();
        for (const { row, value, source, s } of steps) {
          column.set(row, { value, source }, s);
          const said = model.get(row) ?? [];
          const last = said.at(-1);
          if (last !== undefined && s < last.lastS) continue;
          if (last?.value === value) last.lastS = s;
          else said.push({ value, lastS: s });
          model.set(row, said);
        }
        for (const [row, said] of model) {
          const [value, lastS] = [said.at(-1)?.value, said.at(-1)?.lastS];
          assert.deepEqual([column.get(row)?.value, column.get(row)?.lastS], [value, lastS]);
        }
      }),
      runs(200),
    );
  });
});

describe('membership lists', () => {
  test('hold what was added and not removed, at every moment', () => {
    const step = fc.record({ row: ROWS, ref: fc.nat(6), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const parents = new ParentLists();
        const model = new Map<number, Set<number>>();
        const history: Map<number, readonly number[]>[] = [];
        const sorted = (of: Iterable<number>): number[] => [...of].sort((a, b) => a - b);
        for (const [s, { row, ref, isAdded }] of steps.entries()) {
          const within = model.get(row) ?? new Set();
          model.set(row, within);
          if (isAdded) {
            assert.equal(parents.add(row, ref, s + 1), !within.has(ref));
            within.add(ref);
          } else {
            parents.remove(row, ref, s + 1);
            within.delete(ref);
          }
          history.push(new Map([...model].map(([of, refs]) => [of, sorted(refs)])));
        }
        for (const [row, refs] of model) assert.deepEqual(sorted(parents.of(row)), sorted(refs));
        for (const [s, then] of history.entries()) {
          for (const row of model.keys()) {
            assert.deepEqual(sorted(parents.at(row, s + 1)), then.get(row) ?? []);
          }
        }
        assert.equal(parents.of(5000).length, 0);
      }),
      runs(100),
    );
  });

  test('treat the first statement as no change: it also held before', () => {
    const parents = new ParentLists();
    parents.add(3, 1, undefined);
    parents.add(3, 2, 10);
    assert.deepEqual(parents.at(3, 5), [1]);
    assert.deepEqual(parents.at(3, 9), [1]);
    assert.deepEqual(new Set(parents.at(3, 10)), new Set([1, 2]));
    parents.remove(3, 1, undefined);
    assert.deepEqual(parents.at(3, 5), []);
  });
});

describe('a table', () => {
  test('finds by id and by name, in any case', () => {
    const table = new EntityTable();
    const row = table.reach('Ada');
    table.name(row, 'Ada@Contoso.example');
    assert.equal(table.size, 1);
    assert.equal(table.id(row), 'Ada');
    for (const text of ['Ada', 'ADA', 'ada@contoso.example']) assert.equal(table.find(text), row);
    assert.equal(table.find('bob'), undefined);
    assert.equal(table.reach('ADA'), row);
    assert.equal(table.reach('ada@contoso.example'), row);
    assert.throws(() => table.id(7), /a row of the directory has an id/);
  });

  test('a shared name finds nothing, and an id always finds its entity', () => {
    const table = new EntityTable();
    const [ada, bob] = [table.reach('ada'), table.reach('bob')];
    table.name(ada, 'The boss');
    table.name(ada, 'the boss');
    assert.equal(table.find('the boss'), ada);
    table.name(bob, 'the boss');
    assert.equal(table.find('the boss'), undefined);
    table.name(ada, 'the boss');
    assert.equal(table.find('the boss'), undefined, 'it does not become one again');
    table.name(ada, 'bob');
    assert.equal(table.find('bob'), bob);
  });

  test('an entity known by name only gets the id later', () => {
    const table = new EntityTable();
    const row = table.reach('Ada@contoso.example');
    assert.equal(table.reach('0d6c', ['ada@contoso.example']), row);
    assert.deepEqual([table.id(row), table.size], ['0d6c', 1]);
    assert.equal(table.find('0D6C'), row);
    assert.equal(table.find('ada@contoso.example'), row);
    assert.notEqual(table.reach('0d6d', ['nobody']), row);
  });

  test('has a column for each attribute, and knows the source of each value', () => {
    const table = new EntityTable();
    const row = table.reach('ada');
    assert.equal(table.column('risk'), undefined);
    const column = table.reachColumn('risk');
    assert.equal(table.reachColumn('risk'), column);
    assert.equal(table.column('risk'), column);
    column.set(row, { value: 1, source: 4 }, 1);
    table.reachColumn('enabled').set(row, { value: 1, source: 5 }, 1);
    assert.ok(table.isFrom(row, 4) && table.isFrom(row, 5) && !table.isFrom(row, 6));
    assert.ok(!table.isFrom(row + 1, 4));
    assert.deepEqual(
      [...table.columns].map(([name]) => name),
      ['risk', 'enabled'],
    );
  });
});

describe('a pool of values', () => {
  test('stores each value once', () => {
    const pool = new ValuePool();
    const values = [null, true, 0, '', 'a', ['a'], { a: 1 }, [{ a: [1] }]];
    const numbers = values.map((value) => pool.of(value));
    assert.equal(new Set(numbers).size, values.length);
    assert.deepEqual(
      values.map((value) => pool.of(structuredClone(value))),
      numbers,
    );
    assert.deepEqual(
      numbers.map((number) => pool.value(number)),
      values,
    );
    assert.equal(pool.of(undefined), pool.of(null));
    assert.equal(pool.value(99), undefined);
  });

  test('accepts only a limited number of sources', () => {
    const pool = new ValuePool();
    assert.deepEqual([pool.source('graph'), pool.source('file'), pool.source('graph')], [0, 1, 0]);
    assert.deepEqual([pool.sourceName(1), pool.sourceName(9)], ['file', '']);
  });
});

test('a membership column is named after its container type', () => {
  assert.equal(containerOf(membershipColumn('Group')), 'Group');
  assert.equal(containerOf('enabled'), undefined);
});
