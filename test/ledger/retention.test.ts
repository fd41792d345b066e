import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import { askJson, assertFsckClean, withAccount, withWriter } from '../support/account.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordId, recordText } from '../support/ingest/audit-record.ts';
import { searchFolder } from '../support/ledger/byte-search.ts';
import { StaticLog } from '../support/ledger/static-log.ts';

const UAL = 'm365.export/unified-audit-log';
const SIGN_INS = 'graph/signIns';
const OLD_PERSON = 'olga.old@northmoor.example';
const NEW_PERSON = 'nils.new@northmoor.example';
const BROKEN_NAME = 'pavel.broken@northmoor.example';

const root = temporaryFolder('retention');
const sample = join(root, 'sample');

/** Two records and a sign-in of 2 March, one record of 9 March, and a broken one. */
before(async () => {
  const file = join(root, 'export.json');
  const signIn = {
    id: recordId(3),
    createdDateTime: '2026-03-02T09:00:00Z',
    userPrincipalName: OLD_PERSON,
    isInteractive: true,
  };
  const lines = [
    recordText(1, { UserId: OLD_PERSON }),
    recordText(2, { UserId: OLD_PERSON }),
    JSON.stringify(signIn),
    recordText(4, { UserId: NEW_PERSON, UserKey: 'nn', CreationTime: '2026-03-09T08:00:00' }),
    `{"UserId":"${BROKEN_NAME}",,}`,
  ];
  writeFileSync(file, lines.join('\n'));
  await askJson(sample, ['import', file, '--keep-original']);
});

let copies = 0;

function copy(): string {
  const data = join(root, `copy-${copies++}`);
  cpSync(sample, data, { recursive: true });
  return data;
}

const WHY = ['--case', 'R-1', '--reason', 'retention'];

/** Every copy counts as a moved folder, which the ledger wants stated. */
function retain(data: string, ...args: readonly string[]): Promise<ProcessResult> {
  const flags = [...args, ...WHY, '--accept-fork', '--data', data, '--json'];
  return countersign(['ledger', 'erase', ...flags]);
}

async function hold(data: string, ...args: readonly string[]): Promise<void> {
  const flags = [...args, '--accept-fork', '--data', data];
  const { code, stderr } = await countersign(['ledger', 'hold', ...flags]);
  assert.equal(code, 0, stderr);
}

/** The records of the folder, by whether their body still exists. */
async function bodies(data: string): Promise<string> {
  return withAccount(data, async ({ ledger }) => {
    const kinds: string[] = [];
    for (let i = 0; i < ledger.size; i++) {
      const { leaf } = await ledger.leaf(i);
      if (leaf.kind === 'record') kinds.push((await ledger.body(i)).kind);
    }
    return kinds.join(' ');
  });
}

const ALL_THERE = 'present present present present';
const OLD_GONE = 'erased erased erased present';

test('retention removes every copy of older bodies, and nothing else', async () => {
  const data = copy();
  const { vkey } = await askJson<{ vkey: string }>(data, ['ledger', 'checkpoint']);
  const { code, stdout, stderr } = await retain(data, '--before', '2026-03-09');
  assert.equal(code, 0, stderr);
  const { erased, quarantined, entry } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual([erased, quarantined], [3, 0]);
  assert.equal(await bodies(data), OLD_GONE);
  assert.deepEqual(await searchFolder(data, [OLD_PERSON]), []);
  assert.ok((await searchFolder(data, [NEW_PERSON])).length > 0);
  const { leaf } = await askJson<{ leaf: { kind: string } }>(data, ['show', String(entry)]);
  assert.equal(leaf.kind, 'erasure');
  await assertFsckClean(data);
  new StaticLog(join(data, 'ledger'), vkey).readCheckpoint();
});

test('retention can be repeated, and nothing left to erase is no failure', async () => {
  const data = copy();
  await retain(data, '--before', '2026-03-09');
  const again = await retain(data, '--before', '2026-03-09');
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(JSON.parse(again.stdout), {
    erased: 0,
    quarantined: 0,
    entry: null,
    ranges: [],
    receivers: [],
  });
});

test('retention of one source keeps the others, and quarantined content', async () => {
  const data = copy();
  const { stdout } = await retain(data, '--before', '2099-01-01', '--source', SIGN_INS);
  assert.deepEqual((JSON.parse(stdout) as Record<string, number>)['erased'], 1);
  assert.equal(await bodies(data), 'present present erased present');
  assert.equal(readdirSync(join(data, 'quarantine')).length, 1);
});

test('retention also removes older quarantined content', async () => {
  const data = copy();
  assert.ok((await searchFolder(data, [BROKEN_NAME])).length > 0);
  const { stdout } = await retain(data, '--before', '2099-01-01');
  const { erased, quarantined } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual([erased, quarantined], [4, 1]);
  assert.deepEqual(readdirSync(join(data, 'quarantine')), []);
  assert.deepEqual(await searchFolder(data, [BROKEN_NAME, OLD_PERSON, NEW_PERSON]), []);
  await assertFsckClean(data);
});

const HOLDS: readonly (readonly [what: string, scope: readonly string[]])[] = [
  ['a person', ['--user', OLD_PERSON]],
  ['a case without conditions, which holds everything', []],
  ['a source', ['--source', SIGN_INS]],
  ['an interval', ['--from', '2026-03-02T08:01:30Z', '--to', '2026-03-02T08:30:00Z']],
  ['an import', ['--import', '0']],
];

for (const [what, scope] of HOLDS) {
  test(`a hold of ${what} makes retention refuse completely, and name the case`, async () => {
    const data = copy();
    await hold(data, ...scope, '--case', 'H-7');
    const refused = await retain(data, '--before', '2026-03-09');
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /^countersign: [^\n]*the case "H-7" \([0-9,]+ entr(?:y|ies)\) has a hold[^\n]*\n$/,
    );
    assert.equal(await bodies(data), ALL_THERE);
    await hold(data, '--release', 'H-7');
    const { code, stderr } = await retain(data, '--before', '2026-03-09');
    assert.equal(code, 0, stderr);
    assert.equal(await bodies(data), OLD_GONE);
  });
}

test('with two cases, both must be released', async () => {
  const data = copy();
  await hold(data, '--user', OLD_PERSON, '--case', 'H-1');
  await hold(data, '--source', UAL, '--case', 'H-2');
  const both = await retain(data, '--before', '2026-03-09');
  assert.match(both.stderr, /"H-1" \(3 entries\), "H-2" \(2 entries\)/);
  await hold(data, '--release', 'H-1');
  const one = await retain(data, '--before', '2026-03-09');
  assert.equal(one.code, 2);
  assert.doesNotMatch(one.stderr, /H-1/);
  assert.match(one.stderr, /"H-2" \(2 entries\)/);
});

test('holds on other data do not stop retention', async () => {
  const data = copy();
  await hold(data, '--user', NEW_PERSON, '--case', 'H-1');
  await hold(data, '--from', '2026-03-09', '--case', 'H-2');
  await hold(data, '--source', 'nothing/of-this', '--case', 'H-3');
  assert.equal((await retain(data, '--before', '2026-03-09')).code, 0);
  assert.equal(await bodies(data), OLD_GONE);
});

test('a hold covers quarantined content too, because its subject is unknown', async () => {
  const data = copy();
  await hold(data, '--user', BROKEN_NAME, '--case', 'H-9');
  const refused = await retain(data, '--before', '2099-01-01');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /"H-9" \(1 entry\)/);
  assert.equal(readdirSync(join(data, 'quarantine')).length, 1);
  assert.equal((await retain(data, '--before', '2026-03-09')).code, 0);
});

test('an import erases what it quarantined, and a person what mentions only her', async () => {
  const person = copy();
  const { stdout } = await retain(person, '--user', BROKEN_NAME);
  const { erased, quarantined } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual([erased, quarantined], [0, 1]);
  assert.deepEqual(await searchFolder(person, [BROKEN_NAME]), []);
  await assertFsckClean(person);
  const whole = copy();
  await retain(whole, '--import', '0');
  assert.deepEqual(readdirSync(join(whole, 'quarantine')), []);
});

test('a retention that died after its entry completes at the next opening', async () => {
  const data = copy();
  const quarantined = readdirSync(join(data, 'quarantine'));
  const said = { by: 'ada@test', case: 'R-1', reason: 'retention', subjects: [], entries: 0 };
  await withWriter(
    data,
    async ({ ledger, clock }) => {
      const atMs = clock.now();
      const remembered = { names: [], quarantined: quarantined, atMs };
      writeFileSync(join(data, 'run', 'erasing.json'), JSON.stringify(remembered));
      const body = { v: 1, ...said, atMs, ranges: [], fromMs: null, toMs: null, tenants: [] };
      await ledger.append([ownEntryDraft('erasure', atMs, body)]);
    },
    { acceptFork: 'accept' },
  );
  assert.equal(readdirSync(join(data, 'quarantine')).length, 1);
  await withWriter(data, async () => undefined);
  assert.deepEqual(readdirSync(join(data, 'quarantine')), []);
  assert.equal(existsSync(join(data, 'run', 'erasing.json')), false);
});

test('a period and a retention together are refused', async () => {
  const { code, stderr } = await retain(copy(), '--before', '2026-03-09', '--to', '2026-03-08');
  assert.equal(code, 2);
  assert.match(stderr, /--before/);
});
