import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemRandom } from '@countersign/core';
import { Pseudonyms } from '../../apps/countersign/src/operators/pseudonyms/pseudonyms.ts';
import { askJson } from '../support/account.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('pseudonyms');
const data = join(root, 'data');
const SAMPLE = join(REPOSITORY, 'content/sample');

/** A shorter surname is also a part of other words. */
const SURNAME_LETTERS_MIN = 5;

before(() => askJson(data, ['import', SAMPLE]));

/** Every form in which the sample names its people. */
function namesOfPeople(): readonly string[] {
  const directory = readFileSync(join(SAMPLE, 'directory.yaml'), 'utf8');
  const people = [...directory.matchAll(/id: ([0-9a-f-]{36}), names: \[([a-z.-]+)@([a-z.]+)/g)];
  return people.flatMap(([, id = '', local = '', domain = '']) => {
    const [first = '', last = ''] = local.split('.');
    const parts = last.length < SURNAME_LETTERS_MIN ? [] : [last, `${first} ${last}`];
    return [id, `${local}@${domain}`, local, `${first}_${last}_`, ...parts];
  });
}

for (const args of [
  ['findings'],
  ['findings', 'incidents'],
  ['brief'],
  ['timeline'],
  ['statement', 'vivian.castellan@northmoor.example'],
  ['tail', '--kind', 'event', '--kind', 'finding'],
]) {
  test(`no name of a person is left in the output of ${args.join(' ')}`, async () => {
    const { stdout } = await countersign([...args, '--data', data, '--json']);
    const names = namesOfPeople();
    assert.ok(names.length > 100);
    assert.ok(
      names.some((name) => stdout.includes(name)),
      'the output names people',
    );
    const pseudonyms = Pseudonyms.open(data, systemRandom);
    for (const line of stdout.trim().split('\n')) {
      const document: unknown = JSON.parse(line);
      const hidden = pseudonyms.hide(document);
      const text = JSON.stringify(hidden);
      const lower = text.toLowerCase();
      const left = names.filter((name) => lower.includes(name));
      assert.deepEqual(left, [], text.slice(0, 2000));
      assert.deepEqual(idsOf(hidden), idsOf(document));
    }
  });
}

/** The ids and positions of entries and findings. */
function idsOf(document: unknown): unknown {
  const { id, index, metadata, finding_info: info } = document as Record<string, unknown>;
  const uidOf = (value: unknown): unknown => (value as { uid?: unknown } | undefined)?.uid;
  return { id, index, uid: uidOf(metadata), finding: uidOf(info) };
}
