import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type CommandOptions,
  type CommandResult,
  countersignHere,
} from '../support/command-here.ts';
import { guid, ndjson, record, records } from '../support/exports.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
const dir = join(root, 'data');
after(() => rmSync(root, { recursive: true }));

const FORGED = 'x\x1b[2J\r\n2024-03-05 00:00:00  mallory  Nothing\u202egnp.exe';

before(async () => {
  const hostile = record(40, {
    ObjectId: FORGED,
    SourceFileName: FORGED,
    UserId: 'eve@example.org',
    UserKey: 'i:0h.f|membership|10032002aabbccdd@live.com',
  });
  writeFileSync(join(root, 'export.json'), `${ndjson([...records(30), hostile])}{"Id": "cut`);
  const { code, stderr } = await ask(['import', join(root, 'export.json')]);
  assert.equal(code, 0, stderr);
});

test('import reports what it read, in exactly the members of the contract', async () => {
  const file = join(root, 'again.json');
  writeFileSync(file, `${ndjson(records(31))}{"Id": 7}\n`);
  const answer = only(await ask(['import', file, '--json']));
  const { files, read, accepted, duplicates, rejected, rejects, entries, checkpoint } = answer;
  assert.deepEqual(
    { files, read, accepted, duplicates, rejected },
    {
      files: 1,
      read: 32,
      accepted: 1,
      duplicates: 30,
      rejected: 1,
    },
  );
  const [reject] = rejects as { file: string; at: string; reason: string }[];
  assert.equal(reject?.file, file);
  assert.match(reject?.at ?? '', /^row 32, byte \d+$/);
  assert.notEqual(reject?.reason, '');
  assert.equal(typeof entries, 'number');
  assert.deepEqual(Object.keys(checkpoint as object), ['origin', 'size', 'root']);
  const known = ['files', 'read', 'accepted', 'duplicates', 'rejected', 'rejects', 'entries'];
  assert.deepEqual(Object.keys(answer).slice(0, 8), [...known, 'checkpoint']);
});

test('import exits 2 when nothing can be read, and 3 for an empty export', async () => {
  const unreadable = join(root, 'picture.png');
  writeFileSync(unreadable, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  const refused = await ask(['import', unreadable]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /could not read any of the input/);
  assert.equal((await ask(['import', join(root, 'not-there.csv')])).code, 2);
  const empty = join(root, 'empty.json');
  writeFileSync(empty, '[]');
  const nothing = await ask(['import', empty]);
  assert.equal(nothing.code, 3);
  assert.match(nothing.stderr, /^cannot tell, because /m);
});

test('import reads standard input', async () => {
  const answer = only(await ask(['import', '-', '--json'], { input: ndjson(records(3, 500)) }));
  assert.equal(answer.accepted, 3);
});

test('a timeline prints its items, then says why some may be missing', async () => {
  const { code, stdout, stderr } = await ask(['timeline', '--user', 'ADA@example.org', '--json']);
  assert.equal(code, 0);
  assert.match(stderr, /^Not everything could be seen: [^\n]+\n$/);
  const events = lines(stdout);
  assert.equal(events.length, 34);
  const times = events.map((event) => event.time as number);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  for (const { unmapped } of events)
    assert.equal((unmapped as { entries: unknown[] }).entries.length, 1);
});

test('a timeline takes no name from the records of another tenant', async () => {
  const object = guid('an account');
  const unnamed = record(1, { UserId: object, UserKey: object });
  const named = record(2, {
    ...{ Workload: 'AzureActiveDirectory', RecordType: 15, UserId: 'boss@example.org' },
    ...{ UserKey: object, OrganizationId: guid('another tenant') },
  });
  const data = join(root, 'two-tenants');
  await countersignHere(['import', '-', '--data', data], { input: ndjson([unnamed, named]) });
  const { stdout } = await countersignHere(['timeline', '--data', data]);
  assert.match(stdout, new RegExp(`^2024-03-05 00:01:00 +${object} `, 'm'));
  assert.match(stdout, /^2024-03-05 00:02:00 +boss@example\.org /m);
});

test('a later name of an account does not reach its earlier actions', async () => {
  const object = guid('a renamed account');
  const directory = { Workload: 'AzureActiveDirectory', RecordType: 15, UserKey: object };
  const recordsOfAccount = [
    record(1, { ...directory, UserId: 'zed.former@example.org' }),
    record(2, { UserId: object, UserKey: object }),
    record(3, { ...directory, UserId: 'ada.current@example.org' }),
    record(4, { UserId: object, UserKey: object }),
  ];
  const data = join(root, 'renamed');
  await countersignHere(['import', '-', '--data', data], { input: ndjson(recordsOfAccount) });
  const { stdout } = await countersignHere(['timeline', '--data', data]);
  assert.match(stdout, /^2024-03-05 00:02:00 +zed\.former@example\.org /m);
  assert.match(stdout, /^2024-03-05 00:04:00 +ada\.current@example\.org /m);
});

test('a timeline of an unknown person is empty and cannot tell', async () => {
  const { code, stdout, stderr } = await ask(['timeline', '--user', 'nobody@example.org']);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /nobody@example\.org/);
});

test('an empty period is a usage error', async () => {
  const args = ['timeline', '--from', '2024-03-06', '--to', '2024-03-05'];
  assert.equal((await ask(args)).code, 2);
});

test('a statement has the members of the contract, and its balance adds up', async () => {
  const { code, stdout } = await ask(['statement', 'ada@example.org', '--json']);
  assert.equal(code, 3);
  const [statement] = lines(stdout);
  assert.ok(statement !== undefined);
  for (const member of ['principal', 'period', 'sessions', 'unaccounted', 'balance']) {
    assert.ok(member in statement, member);
  }
  const balance = statement.balance as Record<string, number>;
  const { actions, accounted = 0, unaccounted = 0, unknown = 0 } = balance;
  assert.equal(actions, accounted + unaccounted + unknown);
  const sessions = statement.sessions as { actions: unknown[] }[];
  assert.equal(sessions.flatMap((session) => session.actions).length, actions);
});

test('a statement as CSV and HTML goes to a file that only its owner can read', async () => {
  for (const [format, start] of [
    ['csv', /^record,session,time/],
    ['html', /^<!DOCTYPE html>/],
  ] as const) {
    const file = join(root, `statement.${format}`);
    const { code, stdout } = await ask([
      'statement',
      'ada@example.org',
      '--format',
      format,
      '-o',
      file,
    ]);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(readFileSync(file, 'utf8'), start);
    assert.equal(statSync(file).mode & 0o077, 0);
  }
});

test('viewing a person with a purpose and a case writes an entry', async () => {
  const before = await size();
  const args = ['statement', 'ada@example.org', '--purpose', 'audit', '--case', 'C-7', '--json'];
  const { code, stdout } = await ask(args);
  assert.equal(code, 3);
  assert.deepEqual([lines(stdout)[0]?.purpose, lines(stdout)[0]?.case], ['audit', 'C-7']);
  assert.equal(await size(), before + 1);
  const { leaf, body } = only(await ask(['show', String(before), '--json']));
  assert.equal((leaf as { kind: string }).kind, 'act');
  assert.equal(JSON.parse(body as string).case, 'C-7');
  assert.equal((await ask(['statement', 'ada@example.org', '--purpose', 'audit'])).code, 2);
});

test('show has envelope, raw body, event and a verified proof', async () => {
  const shown = only(await ask(['show', '1', '--json']));
  assert.equal(JSON.parse(shown.body as string).Id, guid('record 0'));
  assert.equal(shown.bodyState, 'as committed');
  assert.equal((shown.event as { class_uid: number }).class_uid, 6006);
  assert.equal((shown.proof as { verified: boolean }).verified, true);
  assert.equal((await ask(['show', '1'])).code, 0);
});

test('show cannot tell about an entry that is missing or not integrated yet', async () => {
  for (const args of [
    ['show', '9999'],
    ['ledger', 'prove', '9999'],
    ['evidence', 'export', '9999', '-o', 'x'],
  ]) {
    const { code, stderr } = await ask(args);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^cannot tell, because entry 9999 is beyond the checkpoint/);
  }
});

test('without findings or decisions, a query for their count cannot tell', async () => {
  for (const table of ['findings', 'decisions']) {
    const { code, stdout, stderr } = await ask(['query', `SELECT count(*) AS n FROM ${table}`]);
    assert.equal(code, 3);
    assert.match(stdout, /0/);
    assert.match(stderr, new RegExp(`^cannot tell, because the table ${table} holds no row: `));
  }
});

test('query answers as table, JSON, CSV and Parquet; an empty result is no answer', async () => {
  const sql = 'SELECT actor_name, count(*) AS n FROM events GROUP BY 1 ORDER BY 1';
  assert.deepEqual(lines((await ask(['query', sql, '--json'])).stdout), [
    { actor_name: 'ada@example.org', n: 34 },
    { actor_name: 'eve@example.org', n: 1 },
  ]);
  const csv = await ask(['query', sql, '--format', 'csv']);
  assert.equal(csv.stdout, 'actor_name,n\r\nada@example.org,34\r\neve@example.org,1\r\n');
  assert.match((await ask(['query', '-'], { input: sql })).stdout, /^actor_name +n\n/);
  const file = join(root, 'rows.parquet');
  assert.equal((await ask(['query', sql, '--format', 'parquet', '-o', file])).code, 0);
  assert.equal(readFileSync(file).subarray(0, 4).toString(), 'PAR1');
  assert.equal((await ask(['query', sql, '--format', 'parquet'])).code, 2);
  assert.equal((await ask(['query', 'SELECT 1 FROM events WHERE false'])).code, 3);
  const other = '00000000-0000-4000-8000-0000000000ff';
  assert.equal((await ask(['query', sql, '--tenant', other])).code, 3);
  assert.equal((await ask(['query', `SELECT * FROM read_text('${file}')`])).code, 2);
});

test('a CSV cell that would be a formula is escaped, and a number stays a number', async () => {
  const cells = `-5 AS n, -1e0 AS d, '=1+1' AS "=f", '-5' AS t, (-9007199254740993)::HUGEINT AS h`;
  const { stdout } = await ask(['query', `SELECT ${cells}`, '--format', 'csv']);
  assert.equal(stdout, "n,d,'=f,t,h\r\n-5,-1,'=1+1,'-5,-9007199254740993\r\n");
});

test('coverage has one line per source and interval', async () => {
  const { stdout } = await ask(['coverage', '--json']);
  for (const fact of lines(stdout)) {
    for (const member of [
      'tenant',
      'source',
      'workload',
      'subject',
      'from',
      'to',
      'state',
      'bound',
    ]) {
      assert.ok(member in fact, member);
    }
    assert.equal(fact.state, 'unknown');
    assert.equal(typeof fact.because, 'string');
  }
  assert.equal((await ask(['coverage'])).code, 0);
});

test('no hole is an answer only about a tenant that the ledger knows', async () => {
  const stranger = ['--tenant', '00000000-0000-4000-8000-000000000001'];
  const { code, stdout, stderr } = await ask(['coverage', '--holes', ...stranger]);
  assert.deepEqual([code, stdout], [3, 'No hole is known.\n']);
  assert.match(stderr, /no entry of the ledger states which interval its\s+records\s+cover/);
});

test('"no record has arrived yet" is not said of records that are not indexed', async () => {
  const unindexed = join(root, 'unindexed');
  const asks = (args: string[]): Promise<CommandResult> =>
    countersignHere([...args, '--data', unindexed]);
  assert.equal((await asks(['import', join(root, 'export.json')])).code, 0);
  for (const name of ['events', 'state.sqlite', 'state.sqlite-shm', 'state.sqlite-wal']) {
    rmSync(join(unindexed, name), { recursive: true, force: true });
  }
  const { code, stdout } = await asks(['overview']);
  assert.equal(code, 3);
  assert.match(stdout, /are not yet indexed/);
  assert.doesNotMatch(stdout, /no record has arrived/);
});

test('the checkpoint is the signed note, and fsck is clean', async () => {
  const {
    origin,
    size: entries,
    root: hash,
    vkey,
    note,
  } = only(await ask(['ledger', 'checkpoint', '--json']));
  assert.equal(note, readFileSync(join(dir, 'ledger', 'checkpoint'), 'utf8'));
  assert.ok(String(note).startsWith(`${origin}\n${entries}\n${hash}\n`));
  assert.ok(String(vkey).startsWith(`${origin}+`));
  assert.deepEqual(only(await ask(['ledger', 'fsck', '--json'])), {
    ok: true,
    size: entries,
    problems: [],
  });
});

test('evidence verifies with the key, fails when changed, and else is unknown', async () => {
  const file = join(root, 'case.evidence');
  assert.equal((await ask(['evidence', 'export', '1', '2', '-o', file])).code, 0);
  const { vkey } = only(await ask(['ledger', 'checkpoint', '--json']));
  const elsewhere = { env: { COUNTERSIGN_DATA: join(root, 'nothing') } };
  assert.equal(
    (await countersignHere(['evidence', 'verify', file, '--key', String(vkey)], elsewhere)).code,
    0,
  );
  assert.equal((await countersignHere(['evidence', 'verify', file], elsewhere)).code, 3);
  const changed = readFileSync(file);
  changed[changed.length >> 1] = (changed[changed.length >> 1] as number) ^ 1;
  writeFileSync(`${file}.changed`, changed);
  const verdict = await countersignHere(
    ['evidence', 'verify', `${file}.changed`, '--key', String(vkey)],
    elsewhere,
  );
  assert.equal(verdict.code, 1);
});

test('a folder without a ledger is reported, and none is created', async () => {
  const none = join(root, 'none');
  for (const args of [
    ['timeline'],
    ['ledger', 'fsck'],
    ['ledger', 'hold', '--case', 'C'],
    ['rebuild'],
  ]) {
    const { code, stderr } = await countersignHere([...args, '--data', none]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /there is none/);
  }
  assert.throws(() => statSync(none), { code: 'ENOENT' });
});

for (const columns of [80, 200]) {
  test(`a hostile name forges no line and moves no cursor at ${columns} columns`, async () => {
    const env = { COLUMNS: String(columns), FORCE_COLOR: '1' };
    const { stdout } = await ask(['timeline', '--user', 'eve@example.org'], { env });
    assert.match(stdout, /␛/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colors are left out.
    const text = stdout.replaceAll(/\x1b\[\d+m/g, '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    for (const line of text.split('\n')) assert.ok([...line].length <= columns, line);
    assert.doesNotMatch(text, /^2024-03-05 00:00:00 {2}mallory/m);
  });
}

test('erasing a person removes all their data, and a hold prevents it', async () => {
  await ask(['ledger', 'hold', '--case', 'K', '--user', 'eve@example.org']);
  const erase = [
    'ledger',
    'erase',
    '--user',
    'eve@example.org',
    '--case',
    'E',
    '--reason',
    'asked',
  ];
  const held = await ask(erase);
  assert.equal(held.code, 2);
  assert.match(held.stderr, /"K"/);
  assert.match((await ask(['ledger', 'hold', '--list'])).stdout, /^K /m);
  assert.equal((await ask(['ledger', 'hold', '--release', 'K'])).code, 0);
  const { erased } = only(await ask([...erase, '--json']));
  assert.equal(erased, 2);
  const statement = await ask(['statement', 'eve@example.org']);
  assert.equal(statement.code, 3);
  assert.match(statement.stderr, /bodies were erased on .* by .*: asked .*\(entry \d+\)/);
  assert.equal((await ask(['ledger', 'fsck'])).code, 0);
});

test('after a key rotation and a rebuild, every answer is the same', async () => {
  const timeline = await ask(['timeline', '--json']);
  const { oldVkey, newVkey } = only(await ask(['ledger', 'rotate-key', '--json']));
  assert.notEqual(oldVkey, newVkey);
  assert.equal((await ask(['rebuild'])).code, 0);
  assert.equal((await ask(['timeline', '--json'])).stdout, timeline.stdout);
  assert.equal((await ask(['ledger', 'fsck', '--key', String(oldVkey)])).code, 0);
});

function ask(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return countersignHere([...args, '--data', dir], options);
}

async function size(): Promise<number> {
  return only(await ask(['ledger', 'checkpoint', '--json'])).size as number;
}

function lines(stdout: string): Record<string, unknown>[] {
  const texts = stdout.split('\n').filter((line) => line !== '');
  return texts.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function only(ended: CommandResult): Record<string, unknown> {
  const [document, ...rest] = lines(ended.stdout);
  assert.ok(document !== undefined && rest.length === 0, ended.stderr);
  return document;
}
