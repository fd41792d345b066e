import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { assertFsckClean, importHere } from '../support/account.ts';
import { ended, start } from '../support/command-line.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import type { ThreadFault } from '../support/thread-fault.ts';

/** More than one chunk: a worker starts while the input is still open. */
const COUNT = 3000;
const root = temporaryFolder('import-threads');
const PRELOAD = join(import.meta.dirname, '../support/thread-fault.ts');
const lines = Array.from({ length: COUNT }, (_, at) => `${recordText(at + 1)}\n`);

for (const [fault, codes, message] of [
  ['exit', [70], /the ingest thread ended: it exited with code 0/],
  ['memory', [3], /the ingest thread ran out of memory/],
  // Whether the worker owed an answer when it hung decides which.
  ['hang', [70, 130], /has not answered for 3 s|the earlier batches are in the ledger/],
] as const) {
  test(`an import ends with a reason if a worker fails (${fault}), and loses nothing`, async () => {
    const data = join(root, fault);
    const file = `${data}.fault`;
    const env = {
      NODE_OPTIONS: `--max-old-space-size=300 --import=${PRELOAD}`,
      THREAD_FAULT: file,
    };
    const child = start(['import', '-', '--data', data], { env });
    const ending = ended(child);
    child.stdin?.write(lines.join(''));
    writeFileSync(file, JSON.stringify({ thread: 'worker', fault } satisfies ThreadFault));
    while (!existsSync(`${file}.begun`)) await pause(10);
    // A hung worker must not keep an interrupted import from ending.
    if (fault === 'hang') child.kill('SIGTERM');
    child.stdin?.end();
    const result = await ending;
    assert.ok((codes as readonly unknown[]).includes(result.code), result.stderr);
    assert.match(result.stderr, message);
    const whole = `${data}.ndjson`;
    writeFileSync(whole, lines.join(''));
    await importHere(data, whole);
    await assertExactlyOnce(data, COUNT);
    await assertFsckClean(data);
  });
}
