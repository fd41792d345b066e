import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { askJson } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

/** The sample under its own policies, by the commands of its README. */

const SAMPLE = join(REPOSITORY, 'content', 'sample');
const TUTORIAL = join(REPOSITORY, 'docs', 'tutorials', 'export-at-2-am.md');
const data = join(temporaryFolder('sample-accounted'), 'data');

type Totals = {
  readonly actions: number;
  readonly accounted: number;
  readonly unaccounted: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
};
type PrintedAction = {
  readonly verdict: string;
  readonly who: string;
  readonly app: string | null;
};

let totals: Totals;
before(async () => {
  await askJson(data, ['import', join(SAMPLE, 'export')]);
  const [directory, register] = ['directory.yaml', 'register.yaml'].map((f) => join(SAMPLE, f));
  const files = ['--directory', directory ?? '', '--register', register ?? ''];
  await askJson(data, ['policy', 'use', ...files]);
  totals = await askJson<Totals>(data, ['reconcile'], [3]);
});

test('most actions are accounted, and the documents say how many', () => {
  const { actions, accounted, unaccounted } = totals;
  assert.ok(accounted > actions * 0.85, JSON.stringify(totals));
  const counts = [actions, accounted, unaccounted['check-failed'] ?? 0];
  for (const readme of [TUTORIAL, join(SAMPLE, 'README.md')]) {
    const text = readFileSync(readme, 'utf8');
    for (const count of counts) assert.ok(text.includes(count.toLocaleString('en-US')), readme);
  }
});

test("the scanners' account and the mail archive did everything unaccounted", async () => {
  const { code, stdout } = await countersignHere(['reconcile', '--list', '--data', data, '--json']);
  assert.equal(code, 0);
  const listed = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PrintedAction)
    .filter(({ verdict }) => verdict === 'unaccounted');
  assert.deepEqual(Object.keys(totals.unaccounted), ['check-failed']);
  assert.equal(listed.length, totals.unaccounted['check-failed']);
  const file = (name: string): string => readFileSync(join(SAMPLE, name), 'utf8');
  const [, archive] = /names: \[([^\]]+)\]\n {4}owner: Legal/.exec(file('register.yaml')) ?? [];
  const [, scanner] = /id: (\S+), names: \[scanops@/.exec(file('directory.yaml')) ?? [];
  const who = new Set(listed.map((each) => each.who));
  assert.deepEqual(who, new Set([scanner, `app:${archive}`]));
});
