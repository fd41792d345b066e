import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from './harness.ts';
import { sectionOf, withSection } from './report.ts';

const HERE: Figure = {
  name: 'rate',
  unit: 'records/s',
  values: [300, 100, 200],
  checkout: 'here',
  target: { atLeast: 250 },
};

test('a section states the median, the spread, and a target that is missed', () => {
  const options = { size: 10, against: undefined, form: 'short' } as const;
  const text = sectionOf('append', [HERE], options);
  assert.match(text, /^`npm run bench -- append --size 10 --runs 3`, \d{4}-\d{2}-\d{2}\.$/m);
  assert.match(text, /commit .+, load \d/);
  assert.match(text, /^\| rate \| 200 \(100 to 300\) records\/s \| 250, missed \|$/m);
});

test('paired figures share a row, and a figure that one checkout lacks is not measured', () => {
  const options = { size: undefined, against: '.', form: 'short' } as const;
  const there: Figure = { ...HERE, values: [50], checkout: 'there' };
  const memory = { name: 'memory', unit: 'MiB', values: [7], target: { atMost: 8 } };
  const cuts: Figure = { name: 'cuts', unit: '', values: [2], checkout: 'there' };
  const text = sectionOf('append', [HERE, memory, there, cuts], options);
  assert.match(
    text,
    /^\| rate \| 50 records\/s \| 200 \(100 to 300\) records\/s \| 250, missed \|$/m,
  );
  assert.match(text, /^\| memory \| not measured \| 7 MiB \| 8 \|$/m);
  assert.match(text, /^\| cuts \| 2 \| not measured \| {2}\|$/m);
});

test('a figure that is not a number meets no target', () => {
  const options = { size: undefined, against: undefined, form: 'short' } as const;
  const text = sectionOf('append', [{ ...HERE, values: [Number.NaN] }], options);
  assert.match(text, /250, missed/);
});

test('only the section of the benchmark changes', () => {
  const page =
    'a\n<!-- bench x -->\nold\n<!-- end x -->\nb\n<!-- bench y -->\nkept\n<!-- end y -->\n';
  const changed = withSection(page, 'x', 'new\n');
  assert.equal(changed, page.replace('old', 'new'));
  assert.throws(() => withSection(page, 'z', 'new\n'), /has no section for z/);
});
