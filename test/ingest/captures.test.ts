import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { SeededRandom } from '../../tools/sample/random.ts';
import {
  askJson,
  assertFsckClean,
  importHere,
  importWith,
  type Report,
  withAccount,
  withWriter,
} from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';
import { assertAlike, type Outcome, outcomeOf } from '../support/ingest/assert-alike.ts';
import { csvRows, csvText, jsonItems, type Row } from '../support/ingest/independent-parsers.ts';
import { sharedData, withoutShared } from '../support/shared-data.ts';

const skip = withoutShared('ual-captures', 'golden-saml');
const root = temporaryFolder('captures');
const random = new SeededRandom(20_261_124);

const captures = skip === false ? ['ual-captures', 'golden-saml'].flatMap(filesOf) : [];

/** The license beside the captures is not an export. */
function filesOf(name: string): string[] {
  const folder = sharedData(name);
  const names = readdirSync(folder).filter((file) => ['.csv', '.json'].includes(extname(file)));
  return names.map((file) => join(folder, file));
}

function countByOtherMeans(path: string): number {
  return extname(path) === '.csv' ? csvRows(path).length : jsonItems(path).length;
}

/** A folder with the captures, as `write` creates each. */
function folderOf(name: string, write: (path: string, folder: string, at: number) => void): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [at, path] of captures.entries()) write(path, folder, at);
  return folder;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** A CSV capture in the form of `Search-UnifiedAuditLog | ConvertTo-Json`. */
function asJson(path: string, auditData: (cell: string) => unknown): string {
  const items = csvRows(path).map((row) => ({
    ...row,
    AuditData: auditData(row['AuditData'] ?? ''),
  }));
  return JSON.stringify(items, undefined, 2);
}

const asText = (cell: string): unknown => cell;
const asObject = (cell: string): unknown => JSON.parse(cell);

function converted(name: string, auditData: (cell: string) => unknown): string {
  return folderOf(name, (path, folder, at) => {
    if (extname(path) === '.csv')
      writeFileSync(join(folder, `${at}.json`), asJson(path, auditData));
    else copyFileSync(path, join(folder, `${at}.json`));
  });
}

let plain: Outcome;

test('reads every capture completely, and adds nothing the second time', { skip }, async () => {
  assert.equal(captures.length, 18);
  const data = join(root, 'one-by-one');
  const total = captures.reduce((sum, path) => sum + countByOtherMeans(path), 0);
  await withWriter(data, async (writer) => {
    const first = await importWith(writer, ...captures);
    assert.deepEqual([first.files, first.accepted, first.rejected], [18, total, 0]);
    const second = await importWith(writer, ...captures);
    assert.deepEqual([second.accepted, second.duplicates], [0, total]);
  });
  const said = await importEntries(data);
  assert.equal(said.length, 2 * captures.length);
  for (const [at, path] of [...captures, ...captures].entries()) {
    const count = countByOtherMeans(path);
    const isFirst = at < captures.length;
    assert.partialDeepStrictEqual(said[at], {
      file: path,
      size: statSync(path).size,
      sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
      read: count,
      accepted: isFirst ? count : 0,
      duplicates: isFirst ? 0 : count,
      rejected: 0,
    });
  }
  await assertFsckClean(data);
});

/** The ledger's entries about each file: the chain of custody. */
async function importEntries(data: string): Promise<Record<string, unknown>[]> {
  return withAccount(data, async ({ store, ledger }) => {
    const said: Record<string, unknown>[] = [];
    for (const index of store.indicesOfKind('import')) {
      const body = await ledger.body(index);
      assert.equal(body.kind, 'present');
      const text = body.kind === 'present' ? Buffer.from(body.bytes).toString('utf8') : '';
      said.push(JSON.parse(text) as Record<string, unknown>);
    }
    return said.filter(({ phase }) => phase === 'ended');
  });
}

test('importing all captures together gives the sum of each alone', { skip }, async () => {
  const folder = folderOf('plain', (path, to, at) => {
    copyFileSync(path, join(to, `${at}${extname(path)}`));
  });
  const data = join(root, 'plain-data');
  const report = await askJson<Report>(data, ['import', folder]);
  const expected = captures.reduce((sum, path) => sum + countByOtherMeans(path), 0);
  assert.deepEqual([report.files, report.read, report.rejected], [18, expected, 0]);
  plain = await outcomeOf(data);
  const { n } = await askJson<{ n: number }>(data, ['query', 'SELECT count(*) AS n FROM events']);
  assert.equal(plain.events.length, n);
  assert.ok(plain.statements.size > 10);
});

test('other file names and extensions change nothing', { skip }, async () => {
  const extensions = ['.txt', '', '.csv', '.json', '.log', '.CSV'];
  const folder = folderOf('renamed', (path, to, at) => {
    copyFileSync(path, join(to, `${random.word(9)}${extensions[at % extensions.length]}`));
  });
  await importHere(join(root, 'renamed-data'), folder);
  assertAlike(await outcomeOf(join(root, 'renamed-data')), plain);
});

test('rows and items in any order change nothing', { skip }, async () => {
  const folder = folderOf('shuffled', (path, to, at) => {
    writeFileSync(
      join(to, `${at}`),
      extname(path) === '.csv' ? shuffledCsv(path) : shuffledJson(path),
    );
  });
  await importHere(join(root, 'shuffled-data'), folder);
  assertAlike(await outcomeOf(join(root, 'shuffled-data')), plain);
});

function shuffledCsv(path: string): string {
  const rows = csvRows(path);
  return csvText(Object.keys(rows[0] as Row), shuffled(rows));
}

function shuffledJson(path: string): string {
  return shuffled(jsonItems(path))
    .map((item) => `${JSON.stringify(item)}\n`)
    .join('');
}

for (const [form, auditData] of [
  ['text', asText],
  ['object', asObject],
] as const) {
  test(`CSV converted to JSON with AuditData as ${form} changes nothing`, { skip }, async () => {
    const csv = join(root, 'plain');
    const json = converted(`json-${form}`, auditData);
    const data = (name: string): string => join(root, `${form}-${name}`);
    await importHere(data('alone'), json);
    assertAlike(await outcomeOf(data('alone')), plain);
    await importHere(data('csv-first'), csv);
    const again = await importHere(data('csv-first'), json);
    // The document's bytes are the same, whatever they were unwrapped from.
    if (auditData === asText) assert.equal(again.accepted, 0);
    assertAlike(await outcomeOf(data('csv-first')), plain);
    await importHere(data('json-first'), json);
    await importHere(data('json-first'), csv);
    assertAlike(await outcomeOf(data('json-first')), plain);
    await importHere(data('together'), json, csv);
    assertAlike(await outcomeOf(data('together')), plain);
  });
}
