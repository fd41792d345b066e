import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { askJson, assertFsckClean, importHere, withWriter } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('dry-run');
const data = join(root, 'data');

before(async () => {
  const path = join(root, 'records.json');
  writeFileSync(path, Array.from({ length: 40 }, (_, n) => `${recordText(n + 1)}\n`).join(''));
  await importHere(data, path);
  await askJson(data, ['ledger', 'hold', '--case', 'standing', '--source', 'nothing/here']);
});

/** Everything that counts: the log, the bodies, the keys, and the manifest. */
function contents(dir: string): ReadonlyMap<string, string> {
  const files = ['ledger', 'bodies', 'keys', 'quarantine', 'countersign.json'].flatMap((top) => {
    const path = join(dir, top);
    if (top.endsWith('.json')) return [path];
    return listed(path).map((name) => join(path, name));
  });
  return new Map(files.sort().map((path) => [path, readFileSync(path, 'base64')]));
}

function listed(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  } catch {
    return [];
  }
}

type DryRun = {
  readonly dryRun: boolean;
  readonly entries: readonly { readonly kind: string; readonly says: Record<string, unknown> }[];
};

const WHY = ['--case', 'c', '--reason', 'r'];

for (const [args, kind, member, value] of [
  [['ledger', 'erase', '3', '4', ...WHY], 'erasure', 'entries', 2],
  [['ledger', 'erase', '--before', '2099-01-01T00:00:00Z', ...WHY], 'erasure', 'entries', 40],
  [['ledger', 'erase', '--user', 'nobody@else.example', '1', ...WHY], undefined, '', ''],
  [['ledger', 'hold', '--case', 'new'], 'hold', 'op', 'place'],
  [['ledger', 'hold', '--release', 'standing'], 'hold', 'op', 'release'],
  [['ledger', 'rotate-key'], 'key', 'newKeyFile', join(data, 'keys', 'note.key')],
] as const) {
  test(`${args.join(' ')} --dry-run says what would happen, and changes nothing`, async () => {
    const before = contents(data);
    const result = await countersignHere([...args, '--dry-run', '--data', data, '--json']);
    assert.deepEqual(contents(data), before);
    if (kind === undefined) {
      // It refuses what the command itself would refuse.
      assert.equal(result.code, 2);
      assert.match(
        result.stderr,
        /could not erase: no body matches the given scope. Check it with --dry-run/,
      );
      return;
    }
    assert.equal(result.code, 0, result.stderr);
    const { dryRun, entries } = JSON.parse(result.stdout) as DryRun;
    assert.equal(dryRun, true);
    assert.deepEqual([entries[0]?.kind, entries[0]?.says[member]], [kind, value]);
    const read = await countersignHere([...args, '--dry-run', '--data', data]);
    assert.match(read.stdout, /^dry run: nothing was changed; the command would append this entry/);
    assert.deepEqual(contents(data), before);
  });
}

test('a dry run is refused like the command itself, for example by a hold', async () => {
  const held = join(root, 'held');
  cpSync(data, held, { recursive: true });
  await withWriter(held, () => Promise.resolve(), { acceptFork: 'accept' });
  await askJson(held, ['ledger', 'hold', '--case', 'all']);
  const args = ['ledger', 'erase', '3', ...WHY, '--dry-run', '--data', held];
  const { code, stdout, stderr } = await countersignHere(args);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /could not erase: the case "all" \(1 entry\) has a hold/);
});

test('after a dry run the command succeeds, and the ledger is intact', async () => {
  const { erased } = await askJson<{ erased: number }>(data, ['ledger', 'erase', '3', ...WHY]);
  assert.equal(erased, 1);
  assert.equal((await countersignHere(['ledger', 'rotate-key', '--data', data])).code, 0);
  await assertFsckClean(data);
});

for (const command of [
  ['ledger', 'erase'],
  ['ledger', 'hold'],
  ['ledger', 'restart-clock'],
  ['ledger', 'rotate-key'],
  ['passes', 'end'],
  ['passkeys', 'invite'],
  ['passkeys', 'approve'],
  ['passkeys', 'revoke'],
  ['bypass', 'request'],
  ['bypass', 'approve'],
  ['bypass', 'undo'],
]) {
  test(`${command.join(' ')} has a dry run`, async () => {
    const { code, stdout } = await countersignHere([...command, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /--dry-run/);
  });
}
