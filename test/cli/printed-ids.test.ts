import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { askJson } from '../support/account.ts';
import { type CommandResult, commandHere } from '../support/command-here.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { ndjson, record } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('printed-ids');
const data = join(root, 'data');
const SESSIONS = ['0b2c6d3e-1111-4a00-8000-000000000001', '0b2c6d3e-1111-4a00-8000-000000100001'];

function forwarding(number: number, user: string, session: string): object {
  return record(number, {
    ...{ Operation: 'New-InboxRule', RecordType: 1, Workload: 'Exchange' },
    ...{ UserId: `${user}@example.org`, ObjectId: `${user}@example.org`, ResultStatus: 'True' },
    ...{ ClientIP: undefined, ApplicationId: undefined, SessionId: session },
    AppAccessContext: { AADSessionId: session },
    Parameters: [{ Name: 'ForwardTo', Value: 'elsewhere@fabrikam.example' }],
  });
}

/** Like a terminal so narrow that ids lose their middle. */
const run = (...args: readonly string[]): Promise<CommandResult> =>
  commandHere([...args, '--data', data], systemClock, { COLUMNS: '50' });

before(async () => {
  const [one = '', two = ''] = SESSIONS;
  const file = join(root, 'records.json');
  const events = [forwarding(1, 'ada', one), forwarding(2, 'eve', two)];
  writeFileSync(file, ndjson(events));
  await askJson(data, ['import', file]);
});

test('findings and incidents accept the ids that their lists print', async () => {
  const { stdout: list } = await run('findings');
  const short = [...list.matchAll(/^INCIDENT ([0-9a-f]{4,})| {2}([0-9a-f]{4,})$/gm)];
  assert.ok(short.length >= 4, list);
  for (const [, ofIncident, ofFinding] of short) {
    const id = ofIncident ?? ofFinding ?? '';
    const page = await run('findings', 'show', id);
    assert.equal(page.code, ofFinding === undefined ? 2 : 0, page.stderr);
    const { stdout, code, stderr } = await run('findings', 'incidents', id, '--json');
    assert.equal(code, 0, stderr);
    const { incident } = JSON.parse(stdout) as { incident: string };
    const listed = await run('findings', '--incident', `${incident.slice(0, 14)}`, '--json');
    assert.match(listed.stdout, new RegExp(incident));
    const since = ['--since', '2024-01-01T00:00:00Z', '--incident', id];
    assert.notEqual((await run('out', ...since)).code, 2);
    const marked = await run('findings', 'mark', id, '--status', 'in-progress', '--reason', 'x');
    assert.equal(marked.code, 0, marked.stderr);
  }
});

test('a part that several ids share is refused with the list of ids', async () => {
  const { stdout } = await run('findings', 'incidents', '--json');
  const { code, stderr } = await run('findings', '--incident', 'incident-');
  assert.equal(code, 2);
  const ids = stdout.match(/incident-[0-9a-f]{16}/g) ?? [];
  assert.equal(ids.length, 2);
  for (const id of ids) assert.match(stderr, new RegExp(id));
  const none = await run('findings', 'mark', 'abcd', '--status', 'resolved', '--reason', 'x');
  assert.match(none.stderr, /could not find the incident "abcd"/);
});

test('the timeline accepts printed session ids, and rules accepts printed rule ids', async () => {
  const { code, stderr } = await run('timeline', '--session', '0b2c…0001');
  assert.equal(code, 2, 'both sessions have this beginning and end');
  for (const session of SESSIONS) assert.match(stderr, new RegExp(session));
  const whole = await run('timeline', '--session', '0b2c…100001');
  assert.match(whole.stdout, /eve@/);
  assert.doesNotMatch(whole.stdout, /ada@/);
  const status = await run('rules', 'status', '--rule', 'c0de51a0…0000000042', '--json');
  assert.match(status.stdout, /^\{"rule":"c0de51a0-5160-4000-8000-000000000042".*\n$/);
});

test('an entry is accepted in each printed form, and one of another log is refused', async () => {
  const { origin } = await askJson<{ origin: string }>(data, ['ledger', 'checkpoint']);
  for (const entry of ['0', '#0', `${origin}#0`]) {
    assert.equal((await run('show', entry)).code, 0, entry);
    assert.equal((await run('ledger', 'prove', entry)).code, 0, entry);
    const file = join(root, `${entry.length}.evidence`);
    assert.equal((await run('evidence', 'export', entry, '-o', file)).code, 0, entry);
  }
  const { code, stderr } = await run('show', 'elsewhere.example/log#0');
  assert.equal(code, 2);
  assert.match(stderr, /belongs to the log elsewhere\.example\/log/);
  assert.match((await run('show', '1,234')).stderr, /entry 1234 is beyond the checkpoint/);
});

test('a decision is shown by its AuthZEN id, and by parts of it', async () => {
  const request = join(REPOSITORY, 'content', 'policies', 'example', 'request.json');
  const decided = await run('decide', request, '--json');
  const { id } = (JSON.parse(decided.stdout) as { context: { id: string } }).context;
  const reference = id.slice(-12).replace(/(.{4})(?=.)/g, '$1-');
  for (const name of [id, `${id.slice(0, 13)}…${id.slice(-6)}`, reference]) {
    const shown = await run('show', name);
    assert.equal(shown.code, 0, `${name}: ${shown.stderr}`);
    assert.match(shown.stdout, new RegExp(id), name);
  }
  const none = await run('show', '00000000-aaaa-4000-8000-000000000000');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /no decision of this ledger/);
});

test('a pass is revoked by any of its names, and an unknown pass is refused', async () => {
  const none = await run('passes', 'end', 'abcd…ef01', '--reason', 'x');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /could not find the pass "abcd…ef01": "countersign passes list --all"/);
});
