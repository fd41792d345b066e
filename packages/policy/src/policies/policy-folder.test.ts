import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { POLICY_FILES_MAX } from '../limits.ts';
import { readPolicyFolder } from './policy-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-policies-'));
after(() => rmSync(root, { recursive: true, force: true }));

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(root, 'folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const POINTS_FILE = `enforcementPoints:
  - { name: own, sentence: Ours., when: before, supplies: [context.factor], types: {} }
`;

test('a folder has a schema, policies with tests, and unrelated files', () => {
  const { source, tests } = readPolicyFolder(
    folder({
      's.cedarschema': 'S',
      'b.cedar': 'B',
      'a.cedar': 'A',
      'a.test.yaml': 'T',
      'x.md': '',
    }),
  );
  assert.deepEqual(
    source.policies.map(({ file, text }) => [file.split('/').at(-1), text]),
    [
      ['a.cedar', 'A'],
      ['b.cedar', 'B'],
    ],
  );
  assert.equal(source.schema.text, 'S');
  assert.deepEqual(
    tests.map(({ text }) => text),
    ['T'],
  );
  assert.equal(source.points, undefined);
});

test("a folder may define the company's own enforcement points", () => {
  const files = { 's.cedarschema': 'S', 'a.cedar': 'A', 'enforcement-points.yaml': POINTS_FILE };
  const { points } = readPolicyFolder(folder(files)).source;
  assert.deepEqual(
    points?.map(({ name }) => name),
    ['own'],
  );
});

for (const [name, files, says] of [
  ['no schema', { 'a.cedar': 'A' }, /it has no schema: one file must end in \.cedarschema$/],
  ['two schemas', { 'a.cedarschema': '', 'b.cedarschema': '' }, /it has 2 schemas: one file/],
  [
    'a file by its former name',
    { 'a.cedarschema': '', 'a.cedar': 'A', 'doors.yaml': '' },
    /call it enforcement-points\.yaml$/,
  ],
  ['no policy', { 'a.cedarschema': '' }, /it has no policy: files end in \.cedar$/],
] as const) {
  test(`refuses a folder with ${name}`, () => {
    const dir = folder(files);
    assert.throws(() => readPolicyFolder(dir), { code: 'POLICY_INVALID', message: says });
    assert.throws(() => readPolicyFolder(dir), new RegExp(`^PolicyError.*policies in ${dir}:`));
  });
}

test('refuses a missing folder, and a folder without policies', () => {
  assert.throws(() => readPolicyFolder(join(root, 'nowhere')), {
    code: 'POLICY_INVALID',
    message: /name the folder with --policies DIR$/,
  });
  const many = Object.fromEntries(
    Array.from({ length: POLICY_FILES_MAX - 1 }, (_, at) => [`${at}.txt`, '']),
  );
  const files = { ...many, 's.cedarschema': 'S' };
  assert.throws(() => readPolicyFolder(folder(files)), /no policy/, 'the maximum number of files');
  assert.throws(() => readPolicyFolder(folder({ ...files, 'more.txt': '' })), {
    message: /it has 501 files: is it a folder of policies\?$/,
  });
});
