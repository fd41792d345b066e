import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import { findingUid } from '../../apps/countersign/src/detection/findings/finding-identity.ts';
import {
  type Backtest,
  type BacktestOptions,
  backtest,
} from '../../apps/countersign/src/detection/rules/backtest.ts';
import {
  type RuleContent,
  ruleContent,
} from '../../apps/countersign/src/detection/rules/rule-content.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { detectionOf } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const OPTIONS = { clock: systemClock, random: systemRandom };
const dir = mkdtempSync(join(tmpdir(), 'countersign-backtest-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const RULES = `
title: A file was deleted
id: 00000000-0000-4000-8000-00000000000a
logsource: { product: m365, service: audit }
detection: { selection: { Operation: FileDeleted }, condition: selection }
---
title: A person deletes much
id: 00000000-0000-4000-8000-00000000000b
level: high
correlation:
  type: event_count
  rules: [00000000-0000-4000-8000-00000000000a]
  group-by: [UserId]
  timespan: 15m
  condition: { gte: 3 }
  generate: true
`;

/** Ada deletes a file on each of two days; Eve deletes four within minutes. */
function records(): object[] {
  const deleted = (n: number, user: string, at: string): object => ({
    CreationTime: at,
    Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f000${n}`,
    Operation: n === 9 ? 'FileAccessed' : 'FileDeleted',
    OrganizationId: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
    RecordType: 6,
    UserId: `${user}@northmoor.example`,
    Workload: 'SharePoint',
  });
  return [
    deleted(1, 'ada', '2026-03-02T09:00:00'),
    deleted(2, 'ada', '2026-03-03T09:00:00'),
    ...[3, 4, 5, 6].map((n) => deleted(n, 'eve', `2026-03-03T10:0${n}:00`)),
    deleted(9, 'eve', '2026-03-03T11:00:00'),
  ];
}

function content(): RuleContent {
  return ruleContent({ rules: [{ path: 'rules.yml', text: RULES }], pipelines: [] });
}

async function run(options: Partial<BacktestOptions> = {}): Promise<Backtest> {
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir);
  try {
    return await backtest(content(), { store, ledger }, { clock: systemClock, ...options });
  } finally {
    store.close();
    ledger.close();
  }
}

before(async () => {
  const writer = await openLedgerWriter({ dir, ...OPTIONS, detection: detectionOf(content()) });
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(
      records()
        .map((each) => `${JSON.stringify(each)}\n`)
        .join(''),
    );
  };
  await importPaths(writer, {
    inputs: [{ kind: 'stream', bytes: bytes() }],
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  await closeWriter(writer);
});

test('reports matches by day, their records, and existing findings', async () => {
  const { rules, records: looked, erased, cut } = await run();
  assert.deepEqual([looked, erased, cut], [7, 0, undefined]);
  const [deleted, much] = rules;
  assert.equal(deleted?.matches, 6);
  assert.deepEqual(deleted?.days, [
    { day: '2026-03-02', matches: 1 },
    { day: '2026-03-03', matches: 5 },
  ]);
  assert.deepEqual(deleted?.entries, [1, 2, 3, 4, 5, 6]);
  assert.equal(much?.findings.length, 1);
  const store = await StoreReader.open(dir);
  const said = store.findings.list().map(({ uid }) => uid);
  store.close();
  const would = rules.flatMap(({ findings }) => findings.map(findingUid));
  assert.deepEqual(would.sort(), [...said].sort());
});

test('examines only the period, and reports where it stopped', async () => {
  const period = { fromMs: Date.UTC(2026, 2, 2), toMs: Date.UTC(2026, 2, 3) };
  const { rules, records: looked } = await run(period);
  assert.deepEqual([looked, rules[0]?.matches, rules[1]?.findings.length], [1, 1, 0]);
  const { cut, records: few } = await run({ recordsMax: 3 });
  assert.equal(few, 3);
  assert.match(cut ?? '', /more than the 3 records/);
});

test('reports erased records as impossible to evaluate', async () => {
  const writer = await openLedgerWriter({ dir, ...OPTIONS, detection: detectionOf(content()) });
  const selection = { names: ['eve@northmoor.example'] };
  await erase(writer, { selection, case: 'C-1', reason: 'r', actor: Actor, whenNothing: 'refuse' });
  await closeWriter(writer);
  const { rules, records: looked, erased } = await run();
  assert.equal(looked - erased, 2);
  assert.ok(erased > 0);
  assert.deepEqual([rules[0]?.matches, rules[1]?.findings.length], [2, 0]);
});
