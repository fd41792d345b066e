import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { countersign } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-tenant-'));
const dir = join(root, 'data');
const nowhere = join(root, 'nowhere');
after(() => rmSync(root, { recursive: true }));

before(async () => {
  const file = join(root, 'export.json');
  writeFileSync(file, ndjson(records(20)));
  const { code, stderr } = await countersign(['import', file, '--data', dir]);
  assert.equal(code, 0, stderr);
});

type Item = Readonly<Record<string, unknown>>;

async function itemsOf(args: readonly string[]): Promise<Item[]> {
  const { code, stdout } = await countersign([...args, '--json']);
  assert.equal(code, 3);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Item);
}

test('check-tenant without a ledger prints the documented facts, and says so', async () => {
  const { code, stdout, stderr } = await countersign(['check-tenant', '--data', nowhere]);
  assert.equal(code, 3);
  assert.match(stdout, /^what +E3 +E5 +F +none +shown by +read by +limit$/m);
  assert.match(stderr, /^cannot tell, because (\d+) of \1 facts are only documented or assumed/);
});

test('check-tenant --json has one line per license group and fact', async () => {
  const items = await itemsOf(['check-tenant', '--data', dir]);
  assert.equal(items.length % 4, 0);
  const members = ['fact', 'what', 'license', 'recorded', 'days', 'paths', 'proof', 'tenant'];
  assert.deepEqual(Object.keys(items[0] ?? {}), [
    ...members,
    'limit',
    'source',
    'request',
    'entries',
  ]);
  for (const { recorded, proof } of items) {
    assert.match(String(recorded), /^(?:yes|partly|no|unknown)$/);
    assert.match(String(proof), /^(?:documented|assumed)$/);
  }
});

test('check-tenant accepts only an existing license group', async () => {
  const { code, stderr } = await countersign(['check-tenant', '--license', 'E7', '--data', dir]);
  assert.equal(code, 2);
  assert.equal(
    stderr,
    "countersign: option '--license <group>' argument 'E7' is invalid. " +
      'Allowed choices are E3, E5, F, none; see --help\n',
  );
});

test('requests shows for each request its purpose, reason, test and state', async () => {
  const items = await itemsOf(['requests', '--data', dir]);
  assert.ok(items.length >= 10);
  for (const item of items) {
    assert.match(String(item['state']), /^(?:met|not met|cannot tell)$/);
    for (const member of ['request', 'what', 'why', 'test', 'because']) {
      assert.notEqual(item[member] ?? '', '', member);
    }
  }
  const without = await itemsOf(['requests', '--data', nowhere]);
  assert.deepEqual(
    without.map(({ state }) => state),
    items.map(() => 'cannot tell'),
  );
});

test('the acceptance test of a request is a query that the user can repeat', async () => {
  for (const { test: sql, state } of await itemsOf(['requests', '--data', dir])) {
    const { code, stdout, stderr } = await countersign([
      'query',
      String(sql),
      '--data',
      dir,
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const { answer } = JSON.parse(stdout) as { answer: string };
    assert.equal({ yes: 'met', no: 'not met', unknown: 'cannot tell' }[answer], state);
  }
});

test('records of one tenant do not decide a request of another', async () => {
  const tenant = 'ffffffff-0000-4000-8000-000000000000';
  const items = await itemsOf(['requests', '--data', dir, '--tenant', tenant]);
  for (const { state } of items) assert.equal(state, 'cannot tell');
});

for (const command of ['check-tenant', 'requests']) {
  for (const columns of [80, 200]) {
    test(`${command} fits ${columns} columns`, async () => {
      const env = { COLUMNS: String(columns) };
      const { stdout } = await countersign([command, '--data', dir], { env });
      for (const line of stdout.split('\n')) assert.ok([...line].length <= columns, line);
    });
  }

  test(`${command} prints each item on one line of a pipe`, async () => {
    const { stdout } = await countersign([command, '--data', dir]);
    const items = await itemsOf([command, '--data', dir]);
    const rows = command === 'requests' ? items.length : items.length / 4;
    // The conclusion, an empty line, the titles of the columns, the rows.
    assert.equal(stdout.trimEnd().split('\n').length, 3 + rows);
  });
}
