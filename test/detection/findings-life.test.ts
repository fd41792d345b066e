import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { statusOf } from '../../apps/countersign/src/detection/findings/finding-status.ts';
import { markFindings } from '../../apps/countersign/src/detection/findings/mark-findings.ts';
import {
  type Incident as Grouped,
  incidentsNamed,
} from '../../apps/countersign/src/detection/incidents/incident.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { askJson, askLines, assertFsckClean, withWriter } from '../support/account.ts';
import { type CommandResult, countersignHere } from '../support/command-here.ts';
import { incidentsIn } from '../support/detection/read-incidents.ts';
import { ndjson, record } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('findings-life');
const data = join(root, 'data');

/** A record of a forwarding rule of one person in one session. */
function forwarding(number: number, user: string, session: string): object {
  return record(number, {
    Operation: 'New-InboxRule',
    RecordType: 1,
    Workload: 'Exchange',
    UserId: `${user}@example.org`,
    ObjectId: `${user}@example.org`,
    ResultStatus: 'True',
    ClientIP: undefined,
    ApplicationId: undefined,
    AppAccessContext: { AADSessionId: session },
    SessionId: session,
    Parameters: [{ Name: 'ForwardTo', Value: 'elsewhere@fabrikam.example' }],
  });
}

type Incident = {
  readonly incident: string;
  readonly status: string;
  readonly findings: readonly string[];
  readonly principals: readonly string[];
};

const SESSIONS = ['0b2c6d3e-1111-4a00-8000-000000000001', '0b2c6d3e-2222-4a00-8000-000000000002'];

async function take(name: string, ...records: readonly object[]): Promise<void> {
  const file = join(root, `${name}.json`);
  writeFileSync(file, ndjson(records));
  await askJson(data, ['import', file]);
}

type StoredState = {
  readonly findings: readonly StoredFinding[];
  readonly incidents: readonly Grouped[];
};

async function known(): Promise<StoredState> {
  const store = await StoreReader.open(data);
  try {
    return { findings: store.findings.list(), incidents: await incidentsIn(data) };
  } finally {
    store.close();
  }
}

type Mark = { readonly status: 1 | 2 | 3 | 4; readonly untilMs?: number };

/** The work of the command in the ledger's host process. */
async function mark(uids: readonly string[], { status, untilMs }: Mark): Promise<void> {
  const said = { uids, status, reason: 'known', untilMs: untilMs ?? null, by: 'ada@test' };
  await withWriter(data, (writer) => markFindings(writer, said));
}

const cli = (...args: readonly string[]): Promise<CommandResult> =>
  countersignHere([...args, '--data', data, '--json']);

before(async () => {
  const [one = '', two = ''] = SESSIONS;
  await take('first', forwarding(1, 'ada', one), forwarding(2, 'eve', two));
});

test('findings of one person are one incident, of two people two', async () => {
  const found = await askLines<Incident>(data, ['findings', 'incidents']);
  const people = found.map(({ principals }) => principals.join());
  assert.deepEqual(people.sort(), ['user:ada@example.org', 'user:eve@example.org']);
  const [ada] = found.filter(({ principals }) => principals.includes('user:ada@example.org'));
  assert.equal(ada?.status, 'new');
  const { stdout } = await cli('findings', '--incident', ada?.findings[0] ?? '');
  const own = stdout.trim().split('\n').map(parsed);
  const uids = own.map(({ finding_info }) => finding_info.uid);
  assert.deepEqual(uids.sort(), [...(ada?.findings ?? [])].sort(), 'a finding names its incident');
  for (const { metadata, finding_info } of own) {
    assert.equal(metadata.correlation_uid, ada?.incident);
    assert.match(finding_info.analytic.name, /^Inbox rule (?:forwards mail|created or changed)$/);
  }
});

test('query counts the listed findings, and names an empty table', async () => {
  const listed = await askLines<Finding>(data, ['findings']);
  const count = 'SELECT count(*) AS n FROM findings';
  assert.deepEqual(await askJson(data, ['query', count]), { n: listed.length });
  assert.ok(listed.length >= 2);
  const joined = 'SELECT count(*) AS n FROM findings f, events e WHERE e."index" = f.entries[1]';
  const { n } = await askJson<{ n: number }>(data, ['query', joined], [0, 3]);
  assert.ok(n >= 2);
  const other = '00000000-0000-4000-8000-0000000000ff';
  const { code, stdout, stderr } = await cli('query', count, '--tenant', other);
  assert.deepEqual([code, stdout], [3, '{"n":0}\n']);
  assert.match(stderr, new RegExp(`the table findings holds no row of the tenant ${other}: `));
});

type Finding = {
  readonly metadata: { readonly correlation_uid?: string };
  readonly finding_info: { readonly uid: string; readonly analytic: { readonly name: string } };
};

function parsed(line: string): Finding {
  return JSON.parse(line) as Finding;
}

test('each resolution of a finding is an entry, and the last one counts', async () => {
  const uid = (await known()).findings[0]?.uid ?? '';
  const state = async (): Promise<number | undefined> => {
    const { findings } = await known();
    const found = findings.find((each) => each.uid === uid);
    return found === undefined ? undefined : statusOf(found, systemClock.now());
  };
  assert.equal(await state(), 1);
  const said = await cli(
    'findings',
    'mark',
    uid,
    '--status',
    'in-progress',
    '--reason',
    'Ada looks',
  );
  assert.equal(said.code, 0, said.stderr);
  const { entries } = JSON.parse(said.stdout) as { entries: number[] };
  assert.equal(entries.length, 1);
  assert.equal(await state(), 2);
  await mark([uid], { status: 3, untilMs: Date.UTC(2020, 0, 1) });
  assert.equal(await state(), 1, 'an expired suppression does not count');
  await mark([uid], { status: 3 });
  assert.equal(await state(), 3);
  await mark([uid], { status: 4 });
  assert.equal(await state(), 4);
});

test('a finding that links two incidents merges them, and both ids stay valid', async () => {
  const { incidents: before } = await known();
  await take('bridge', forwarding(3, 'ada', SESSIONS[1] ?? ''));
  const { incidents: after } = await known();
  assert.equal(after.length, before.length - 1);
  for (const { id, uids } of before) {
    const [named] = incidentsNamed(after, id);
    for (const uid of uids) assert.ok(named?.uids.has(uid));
  }
});

test('an incident says why its findings belong together, and accepts the id of each', async () => {
  const [shown] = await askLines<PrintedIncident>(data, ['findings', 'incidents']);
  const [tie] = shown?.ties ?? [];
  assert.ok(shown !== undefined && tie !== undefined);
  assert.equal(shown.ties.length, shown.findings.length - 1);
  assert.ok(tie.findings.every((uid) => shown.findings.includes(uid)) && tie.by.name !== '');
  assert.ok(tie.entries.length > 0);
  const args = ['findings', 'incidents', shown.findings.at(-1) ?? ''];
  const { code, stdout } = await countersignHere([...args, '--data', data]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`${shown.incident}[^]*with 1: ${tie.by.kind}`));
  for (const entry of tie.entries) assert.match(stdout, new RegExp(`#${entry}\\b`));
});

type PrintedIncident = Incident & {
  readonly ties: readonly {
    readonly findings: readonly string[];
    readonly by: { readonly kind: string; readonly name: string };
    readonly entries: readonly number[];
  }[];
};

test('an incident is marked as a whole, and "eviction" starts from its open findings', async () => {
  const [incident] = (await known()).incidents;
  const id = incident?.id ?? '';
  const out = ['out', '--since', '2024-03-05T00:00:00Z', '--incident', id, '--data', data];
  const { code, stdout, stderr } = await countersignHere(out);
  assert.ok(code === 1 || code === 3, stderr);
  assert.match(stdout, /Counts as the intruders/);
  const said = await cli('findings', 'mark', id, '--status', 'resolved', '--reason', 'done');
  const { findings } = JSON.parse(said.stdout) as { findings: string[] };
  assert.deepEqual(findings.sort(), incident?.findings.map(({ uid }) => uid).sort());
  const resolved = await countersignHere(out);
  assert.equal(resolved.code, 2);
  assert.match(resolved.stderr, /no finding of the incident .* has been open since then/);
});

test('an unknown finding or an invalid mark is refused before anything is written', async () => {
  const uid = '00000000-0000-8000-8000-000000000000';
  const unknown = await cli('findings', 'mark', uid, '--status', 'resolved', '--reason', 'x');
  assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
  await assert.rejects(mark([uid], { status: 4 }), { code: 'NO_SUCH_FINDING' });
  await assertFsckClean(data);
});
