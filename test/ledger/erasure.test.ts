import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { SEED } from '../../tools/property.ts';
import {
  askJson,
  askLines,
  assertFsckClean,
  type Statement,
  withAccount,
} from '../support/account.ts';
import { type CommandResult, countersignHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import {
  asActivityBlobs,
  asAuditLogQuery,
  asSearchCsv,
  asSignIns,
} from '../support/ingest/deliveries.ts';
import { type Activity, inventedWeek, PEOPLE, type Person } from '../support/ingest/week.ts';
import { type Finding, searchFolder } from '../support/ledger/byte-search.ts';
import { StaticLog } from '../support/ledger/static-log.ts';

/** Priya is erased. Ines, who changed Priya's role, stays. */
const [INES, , PRIYA] = PEOPLE as [Person, Person, Person];
const root = temporaryFolder('erasure');
const data = join(root, 'data');
const week = inventedWeek(SEED);
const activities = [...week, ...mentionsInPassing(week)];

/** Texts that must be gone: all of her names, and what only her records contain. */
const HERS: readonly string[] = [
  PRIYA.upn,
  PRIYA.uid,
  PRIYA.puid,
  'Priya Nair',
  'Priya.Nair',
  'priya_nair_brightwater_example',
  ...activities.filter(isByPriya).flatMap(inventedNames),
];

/** Activity of Ines that names her in other places than `UserId`, as the vendor does. */
function mentionsInPassing(some: readonly Activity[]): Activity[] {
  const file = some.find(({ audit }) => audit['RecordType'] === 6 && audit['UserId'] === INES.upn);
  const change = some.find(({ audit }) => audit['RecordType'] === 8);
  assert.ok(file !== undefined && change !== undefined);
  const site = 'https://brightwater-my.sharepoint.example/personal/priya_nair_brightwater_example/';
  const deleted = `${PRIYA.uid.replaceAll('-', '')}${PRIYA.upn}`;
  const target = [{ ID: `User_${PRIYA.uid}`, Type: 2 }];
  return [
    { ...file.audit, ObjectId: `${site}Documents/plan.docx`, SiteUrl: site },
    { ...change.audit, Operation: 'Delete user.', ObjectId: deleted, Target: [] },
    { ...change.audit, Operation: 'Update user.', ObjectId: 'Not Available', Target: target },
  ].map((audit, at) => ({
    audit: { ...audit, Id: `7d1f0a3c-5b2e-4c6d-8e9f-00000000000${at}` },
  }));
}

function isByPriya({ audit }: Activity): boolean {
  return audit['UserId'] === PRIYA.upn;
}

/** Invented names of one record, as ASCII. */
function inventedNames({ audit }: Activity): string[] {
  const file = audit['SourceFileName'];
  const messages = JSON.stringify(audit).matchAll(/<(\w+)@brightwater\.example>/g);
  const own = Array.from(messages, ([, word = '']) => word);
  return typeof file === 'string' ? [...own, file.slice(0, 8)] : own;
}

const HER_NAMES = [PRIYA.upn, PRIYA.uid, 'priya_nair_brightwater_example'];

function isAbout({ audit }: Activity): boolean {
  const text = JSON.stringify(audit).toLowerCase();
  return HER_NAMES.some((name) => text.includes(name.toLowerCase()));
}

async function run(...args: readonly string[]): Promise<CommandResult> {
  return countersignHere([...args, '--data', data]);
}

const ERASE = ['ledger', 'erase', '--user', PRIYA.upn, '--case', 'DSR-41', '--reason', 'she asked'];

/** The members of an erased event in `timeline` and `show`. */
type ErasedEvent = {
  readonly erased?: { readonly entry: number | null; readonly case: string };
  readonly message: string;
  readonly unmapped: { readonly entries: readonly number[] };
  readonly body: string | null;
  readonly bodyState: string;
};

const OF_HER = new RegExp(
  '^(?:cannot tell, because|Not everything could be seen:) of this person, \\d+ bodies were ' +
    'erased on .*: she asked \\(case DSR-41\\)',
  'm',
);

let leaves: readonly string[];
let vkey = '';

before(async () => {
  const files = new Map([
    ['search.csv', asSearchCsv(activities)],
    ['records.json', asAuditLogQuery(activities)],
    ['sign-ins.json', asSignIns(activities)],
    ...asActivityBlobs(activities),
  ]);
  const folder = join(root, 'week');
  mkdirSync(folder);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  // Her name is in a file name, and in the unreadable part of that file.
  const hers = join(root, `export of ${PRIYA.upn}.json`);
  writeFileSync(hers, `${JSON.stringify(activities[0]?.audit)}\n{"UserId":"${PRIYA.upn}","Cut`);
  const imported = await run('import', folder, hers, '--keep-original');
  assert.equal(imported.code, 0, imported.stderr);
  // Viewing her statement, or placing a hold on her, writes her name.
  const looked = await run('statement', PRIYA.upn, '--purpose', 'inquiry', '--case', 'C-1');
  assert.equal(looked.code, 3, looked.stderr);
  assert.equal((await run('ledger', 'hold', '--user', PRIYA.upn, '--case', 'C-2')).code, 0);
});

/** Detection's own entries about her: checks of her sign-ins, and findings. */
async function checksOfHer(): Promise<number> {
  return withAccount(data, async ({ ledger }) => {
    let count = 0;
    for (const [index, leaf] of leaves.entries()) {
      const { kind } = JSON.parse(leaf) as { kind: string };
      if (!['check', 'finding', 'verdict'].includes(kind)) continue;
      const body = await ledger.body(index);
      assert.ok(body.kind === 'present');
      const text = Buffer.from(body.bytes).toString('utf8').toLowerCase();
      if (HER_NAMES.some((name) => text.includes(name.toLowerCase()))) count++;
    }
    return count;
  });
}

async function leavesOf(): Promise<string[]> {
  return withAccount(data, async ({ ledger }) => {
    const texts: string[] = [];
    for (let index = 0; index < ledger.size; index++) {
      texts.push(Buffer.from((await ledger.leaf(index)).bytes).toString('utf8'));
    }
    return texts;
  });
}

test('before the erasure the search finds each of her names, like after it', async () => {
  const found = await searchFolder(data, HERS);
  for (const text of HERS)
    assert.ok(
      found.some((finding) => finding.text === text),
      text,
    );
  for (const part of ['/bodies/', '/events/', '/quarantine/', '/originals/', 'state.sqlite']) {
    assert.ok(
      found.some(({ where }) => where.includes(part)),
      part,
    );
  }
});

test('a hold makes the erasure refuse, and name the case', async () => {
  const before = await searchFolder(data, HERS);
  const { code, stderr } = await run(...ERASE);
  assert.equal(code, 2);
  assert.match(stderr, /^countersign: [^\n]*"C-2"[^\n]*hold[^\n]*\n$/);
  assert.deepEqual(await searchFolder(data, HERS), before);
  await assertFsckClean(data);
  assert.equal((await run('ledger', 'hold', '--release', 'C-2')).code, 0);
});

test('after the release the erasure reports the number of bodies, and its entry', async () => {
  leaves = await leavesOf();
  ({ vkey } = await askJson<{ vkey: string }>(data, ['ledger', 'checkpoint']));
  const kept = join(root, 'evidence-before');
  assert.equal((await run('evidence', 'export', '1', '2', '3', '-o', kept)).code, 0);
  const checks = await checksOfHer();
  assert.ok(checks > 0, 'detection wrote nothing about her');
  const { erased, entry } = await askJson<{ erased: number; entry: number }>(data, ERASE);
  // Each record from CSV and from Graph (the Activity API has the same bytes as the CSV); the begin
  // and end of her file's import; the view of her statement; the hold. Not its release.
  assert.equal(erased, 2 * activities.filter(isAbout).length + 4 + checks);
  assert.equal(entry, leaves.length);
});

test('no data of hers is left in the data folder, in any spelling', async () => {
  const found: readonly Finding[] = await searchFolder(data, HERS);
  assert.deepEqual(found, []);
});

test('every leaf is unchanged, every proof is valid, and fsck is clean', async () => {
  await assertFsckClean(data);
  const now = await leavesOf();
  assert.deepEqual(now.slice(0, leaves.length), leaves);
  new StaticLog(join(data, 'ledger'), vkey).readCheckpoint();
  const evidence = join(root, 'evidence-before');
  assert.equal((await run('evidence', 'verify', evidence, '--key', vkey)).code, 0);
});

test('statements say what was erased, when, by whom and why', async () => {
  const { erasures } = await askJson<Statement>(data, ['statement', INES.upn], [3]);
  assert.equal(erasures.length, 1);
  const [erasure] = erasures;
  assert.ok(erasure !== undefined);
  assert.match(erasure.reason, /she asked/);
  assert.match(erasure.by, /^\S+@\S+$/);
  assert.match(erasure.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.ok(erasure.entries > 0);
  const page = join(root, 'ines.html');
  await run('statement', INES.upn, '--format', 'html', '-o', page);
  assert.match(readFileSync(page, 'utf8'), /she asked/);
});

test('an erased event says so, with its entry, and never reads as an empty one', async () => {
  const rows = await askLines<ErasedEvent>(data, ['timeline']);
  const erased = rows.filter((row) => row.erased !== undefined);
  assert.ok(erased.length > 0 && erased.length < rows.length);
  for (const { erased: by, message } of erased) {
    assert.deepEqual([by?.entry, by?.case], [leaves.length, 'DSR-41']);
    assert.match(message, /^erased on .* by \S+@\S+: she asked \(case DSR-41, entry \d+\)$/);
  }
  const first = String(erased[0]?.unmapped.entries[0]);
  const shown = await askJson<ErasedEvent>(data, ['show', first]);
  assert.deepEqual(
    [shown.bodyState, shown.body, shown.erased],
    ['erased', null, erased[0]?.erased],
  );
  const table = await run('timeline');
  assert.match(table.stdout, new RegExp(`\\(erased\\) +erased by entry ${leaves.length}`));
  const text = await run('show', first);
  assert.match(text.stdout, /^Erased\non \S+ \S+ UTC by \S+: she asked \(case DSR-41; entry/m);
});

test('a query for her statement first reports the erasure', async () => {
  for (const name of [PRIYA.upn, PRIYA.upn.toUpperCase(), PRIYA.uid]) {
    for (const question of [
      ['statement', name],
      ['timeline', '--user', name],
    ]) {
      const { code, stdout, stderr } = await run(...question);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, OF_HER, question.join(' '));
    }
  }
});

test('a person without erased data is not told of an erasure', async () => {
  for (const question of [
    ['statement', 'nobody@brightwater.example'],
    ['statement', INES.upn],
    ['timeline', '--user', INES.upn],
  ]) {
    const { code, stderr } = await run(...question);
    assert.equal(code, question[0] === 'timeline' ? 0 : 3);
    assert.doesNotMatch(stderr, /of this person/, question.join(' '));
  }
});

test("other people's statements lose only what named her", async () => {
  const hers = activities.filter(
    (activity) => activity.audit['UserId'] === INES.upn && isAbout(activity),
  );
  const own = activities.filter(({ audit }) => audit['UserId'] === INES.upn);
  const actions = own.filter(({ signIn }) => signIn === undefined).length - hers.length;
  const { balance } = await askJson<Statement>(data, ['statement', INES.upn], [3]);
  assert.equal(balance.actions, actions);
});

test('erased bytes that arrive again are duplicates, and stay erased', async () => {
  const again = join(root, 'again.csv');
  copyFileSync(join(root, 'week', 'search.csv'), again);
  const { accepted, duplicates, rejected } = await askJson<Record<string, number>>(data, [
    'import',
    again,
  ]);
  assert.deepEqual([accepted, duplicates, rejected], [0, activities.length, 0]);
  assert.deepEqual(await searchFolder(data, HERS), []);
  await assertFsckClean(data);
});

test('an erasure that matches nothing is refused, and writes no entry', async () => {
  const size = (await leavesOf()).length;
  const { code, stderr } = await run(...ERASE);
  assert.equal(code, 2);
  assert.match(stderr, /^countersign: [^\n]+\n$/);
  assert.equal((await leavesOf()).length, size);
  assert.deepEqual(await searchFolder(data, HERS), []);
});

test('a rebuild from the ledger restores none of her data', async () => {
  const { code, stderr } = await run('rebuild');
  assert.equal(code, 0, stderr);
  assert.deepEqual(await searchFolder(data, HERS), []);
  const { erasures } = await askJson<Statement>(data, ['statement', INES.upn], [3]);
  assert.equal(erasures.length, 1);
  await assertFsckClean(data);
});

test('with new records of her, her statement begins with the erasure', async () => {
  const [herActivity] = activities.filter(isByPriya);
  const again = { ...herActivity?.audit, Id: '7d1f0a3c-5b2e-4c6d-8e9f-0000000000ff' };
  const file = join(root, 'later.json');
  writeFileSync(file, JSON.stringify(again));
  assert.equal((await run('import', file)).code, 0);
  const made = await askJson<Statement>(data, ['statement', PRIYA.upn], [3]);
  assert.equal(made.erasures[0]?.ofThisPerson, true);
  const { answer } = made.coverage;
  assert.ok(answer.kind === 'unknown' && answer.because[0]?.code === 'erased');
  const { stderr, stdout } = await run('timeline', '--user', PRIYA.upn);
  assert.match(stderr, OF_HER);
  assert.notEqual(stdout, '');
  const table = await run('statement', PRIYA.upn);
  assert.match(table.stdout, /^Erased +\d+ entries of this person on /m);
});
