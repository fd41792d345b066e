import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, systemRandom, tenantId } from '@countersign/core';
import { ruleContent } from '../../apps/countersign/src/detection/rules/rule-content.ts';
import type {
  Detector,
  DetectorInput,
} from '../../apps/countersign/src/detection/runner/detector.ts';
import type { DetectorResult } from '../../apps/countersign/src/detection/runner/detector-result.ts';
import { detectionOf } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import type { EventRow } from '../../apps/countersign/src/store/rows/event-row.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { importWith } from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';

const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const RECORD = {
  CreationTime: '2026-03-02T09:00:00',
  Id: '0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0001',
  Operation: 'FileDeleted',
  OrganizationId: TENANT,
  RecordType: 6,
  UserId: 'ada@northmoor.example',
  Workload: 'SharePoint',
};

const root = temporaryFolder('detectors-together');

/** Finds one thing, once the other detector has begun. */
class Waiting implements Detector {
  readonly hears = 'events';
  readonly profiles = [];
  readonly begun = Promise.withResolvers<void>();
  readonly name: string;
  readonly #other: () => Waiting;

  constructor(name: string, other: () => Waiting) {
    this.name = name;
    this.#other = other;
  }

  async *detect({ store }: DetectorInput): AsyncGenerator<DetectorResult> {
    this.begun.resolve();
    await this.#other().begun.promise;
    for await (const row of store.rows({})) {
      yield { drafts: [draftOf(this.name, row)], covers: [] };
    }
  }
}

function draftOf(rule: string, { index, event }: EventRow): DetectorResult['drafts'][number] {
  return {
    ...{ rule, version: 1, tenant: TENANT, group: 'all', windowMs: 0, title: rule, message: rule },
    ...{ next: 'Ask.', severity: 3, techniques: ['T1485'], entries: [index] },
    ...{ firstMs: event.timeMs, lastMs: event.timeMs, principals: [], sessions: [] },
    ...{ apps: [], addresses: [], confidence: null },
  };
}

test('two detectors query events at once, and findings keep the order of detectors', async () => {
  const first: Waiting = new Waiting('test/first', () => second);
  const second: Waiting = new Waiting('test/second', () => first);
  const detection = detectionOf(ruleContent({ rules: [], pipelines: [] }), [first, second]);
  const dir = join(root, 'data');
  const writer = await openLedgerWriter({
    ...{ dir, clock: systemClock, random: systemRandom, detection },
  });
  const file = join(root, 'record.ndjson');
  writeFileSync(file, `${JSON.stringify(RECORD)}\n`);
  try {
    await importWith(writer, file);
    const reader = await StoreReader.open(dir);
    const rules = reader.findingHistory().map(({ draft: { rule } }) => rule);
    reader.close();
    assert.deepEqual(rules, ['test/first', 'test/second']);
  } finally {
    await closeWriter(writer);
  }
});
