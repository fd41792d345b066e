import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock, tenantId } from '@countersign/core';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { askJson } from '../support/account.ts';
import { NEEDED_SOURCES, observe } from '../support/collection/observe.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { ndjson, record, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const START_MS = Date.parse('2024-03-04T00:00:00Z');
const TENANT = tenantId(String(record(0)['OrganizationId']));
const COVERED = ['--from', '2024-03-05T00:00:00Z', '--to', '2024-03-05T12:00:00Z'];
const root = temporaryFolder('watermark');
const data = join(root, 'data');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

before(async () => {
  const file = join(root, 'export.json');
  writeFileSync(file, ndjson(records(300)));
  await askJson(data, ['import', file]);
  await observe(data, { tenant: TENANT, sources: NEEDED_SOURCES, startMs: START_MS, hours: 72 });
});

const QUESTIONS: readonly (readonly string[])[] = [
  ['timeline', ...COVERED, '--json'],
  ['findings', ...COVERED, '--json'],
  ['query', 'SELECT count(*) AS n FROM events', ...COVERED, '--json'],
  ['verified', ...COVERED, '--json'],
  ['reconcile', ...COVERED, '--json'],
];

function ask(args: readonly string[]): Promise<ProcessResult> {
  return countersign([...args, '--data', data]);
}

/** Appends entries one after the other without indexing them. */
async function whileWriting(work: () => Promise<void>): Promise<void> {
  const writer = await openLedgerWriter({ dir: data, clock: systemClock, random });
  let isOver = false;
  const writing = (async () => {
    for (let n = 0; !isOver; n++) {
      const body = Buffer.from(JSON.stringify({ ...record(n), Id: crypto.randomUUID() }));
      const at = '2024-03-05T06:00:00Z';
      const source = 'm365.export/unified-audit-log';
      const draft = { kind: 'record', tenant: TENANT, source, id: `w${n}`, at, body } as const;
      await writer.ledger.append([draft]);
      await writer.ledger.publish();
      await wait(20);
    }
  })();
  try {
    await wait(100);
    await work();
  } finally {
    isOver = true;
    await writing;
    await closeWriter(writer);
  }
}

test('a ledger that is written to answers as before, up to what it has read', async () => {
  const { size } = await askJson<{ size: number }>(data, ['ledger', 'checkpoint']);
  const quiet = await Promise.all(QUESTIONS.map(ask));
  assert.deepEqual(
    quiet.slice(0, 3).map(({ code }) => code),
    [0, 0, 0],
  );
  for (const { stderr } of quiet) assert.doesNotMatch(stderr, /are not read yet/);
  const busy: ProcessResult[] = [];
  await whileWriting(async () => {
    for (const question of QUESTIONS) busy.push(await ask(question));
    const text = await ask(['timeline', ...COVERED]);
    assert.match(text.stderr, new RegExp(`^As of entry ${size - 1}, which arrived `, 'm'));
    const beyond = await ask(['show', '1a2b-3c4d-5e6f', '--json']);
    assert.equal(beyond.code, 3, 'anything beyond the watermark is unknown');
    assert.match(beyond.stderr, /are not yet indexed/);
  });
  for (const [at, { code, stdout, stderr }] of busy.entries()) {
    const name = QUESTIONS[at]?.[0];
    assert.equal(code, quiet[at]?.code, `${name}: ${stderr}`);
    const note = new RegExp(`s of entry ${size - 1}, .*; entries ${size} to \\d+ are not read yet`);
    assert.match(stderr, note, name);
    assert.equal(stdout, quiet[at]?.stdout, `${name} answers the same`);
  }
  const { asOf } = JSON.parse(busy[3]?.stdout ?? '') as { asOf: { size: number; at: string } };
  assert.equal(asOf.size, size);
  assert.match(asOf.at, /^20\d\d-.*Z$/);
});
