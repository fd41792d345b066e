import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, OWN_TENANT, type RecordDraft, systemRandom } from '@countersign/core';
import {
  type Decision,
  type DecisionBody,
  type DecisionRequest,
  type PassOpening,
  passDraft,
} from '@countersign/policy';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { commitProjection } from '../../apps/countersign/src/projection/commit-projection.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../apps/countersign/src/projection/ledger-writer.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const root = mkdtempSync(join(tmpdir(), 'countersign-decisionLog-'));
after(() => rmSync(root, { recursive: true, force: true }));

const INTEGRATIONS = ['timer', 'thread'] as const;

async function withWriter(
  name: string,
  work: (writer: LedgerWriter) => Promise<void>,
  integration: (typeof INTEGRATIONS)[number] = 'timer',
): Promise<void> {
  const dir = join(root, name);
  const writer = await openLedgerWriter({
    dir,
    clock: new ManualClock(NOW_MS),
    random: systemRandom,
    integration,
  });
  await work(writer);
  await closeWriter(writer);
}

const request: DecisionRequest = {
  enforcementPoint: 'eam',
  tenant: OWN_TENANT,
  subject: { type: 'user', id: 'Ada@Northmoor.example' },
  action: { name: 'signIn' },
  resource: { type: 'suite', id: OWN_TENANT },
  context: { factor: 'phishing-resistant', requestId: 'A-1' },
};

/** A decision and the pass that it opens. */
function decidedDrafts(n: number): readonly RecordDraft[] {
  const { enforcementPoint, tenant, subject, resource, action } = request;
  const id = `d-${n}`;
  const decision: Decision = {
    ...{ id, atMs: NOW_MS + n, enforcementPoint, tenant, effect: 'permit', cause: 'policy' },
    ...{ policies: ['p'], obligations: [], inputs: [], because: [], policyVersion: 'v' },
    pass: { id: `p-${n}`, expiresMs: NOW_MS + 1000 },
  };
  const pass: PassOpening = {
    ...{ v: 1, phase: 'opened', pass: `p-${n}`, tenant, decision: id, enforcementPoint },
    ...{ principal: subject, resource, action: action.name, atMs: NOW_MS },
    ...{ constraints: { address: null, device: null, app: null }, expiresMs: NOW_MS + 1000 },
  };
  const body: DecisionBody = { v: 1, decision, request };
  return [ownEntryDraft('decision', NOW_MS + n, body, id), passDraft(pass)];
}

test('a thread posts the rows that the thread of the writer posts', async () => {
  const rows: unknown[] = [];
  for (const integration of INTEGRATIONS) {
    const work = async (writer: LedgerWriter): Promise<void> => {
      // More than one message to the thread, with other entries in between.
      for (let n = 0; n < 600; n++) {
        if (n % 100 === 0) {
          await writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, n })]);
        }
        void writer.decisionLog.append(decidedDrafts(n));
      }
      await writer.decisionLog.append(decidedDrafts(600));
      await commitProjection(writer);
      assert.equal(writer.store.cursor, writer.ledger.size);
      const store = await StoreReader.open(writer.dir, { clock: writer.clock });
      const { access } = store;
      rows.push([access.decisions(), store.indicesOfKind('act'), writer.store.passEntries()]);
      assert.equal(access.decisions().length, 601);
      store.close();
    };
    await withWriter(`rows-${integration}`, work, integration);
  }
  assert.deepEqual(rows[1], rows[0]);
});

test('decisions that were not posted after a failure are posted by the next call', async () => {
  await withWriter('failed', async (writer) => {
    await writer.decisionLog.append(decidedDrafts(1));
    const failing = { post: () => Promise.reject(new Error('no disk')), close: async () => {} };
    await assert.rejects(commitProjection({ ...writer, decisionPoster: failing }), /no disk/);
    await commitProjection(writer);
    assert.equal(writer.store.indicesOfKind('decision').length, 1);
    assert.equal(writer.store.passEntries().length, 1);
  });
});

for (const integration of INTEGRATIONS) {
  test(`each decision beside other entries is in the store once (${integration})`, async () => {
    await withWriter(`beside-${integration}`, checkBeside, integration);
  });
}

async function checkBeside(writer: LedgerWriter): Promise<void> {
  const append = (n: number) =>
    writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, act: 'test', n })]);
  const early = await Promise.all([append(1), append(2), append(3)]);
  await commitProjection(writer);
  assert.equal(writer.store.cursor, writer.ledger.size);
  const late = append(4);
  await Promise.all([late, commitProjection(writer)]);
  await commitProjection(writer);
  const indices = [...early, await late].flat();
  assert.deepEqual(writer.store.indicesOfKind('act'), indices);
  assert.equal(writer.store.cursor, writer.ledger.size);
}

test('the cursor does not pass an entry before it is noted', async () => {
  await withWriter('behind', async (writer) => {
    const appending: Promise<readonly number[]>[] = [];
    for (let round = 0; round < 20; round++) {
      appending.push(writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, round })]));
      await commitProjection(writer);
    }
    await Promise.all(appending);
    await commitProjection(writer);
    assert.equal(writer.store.indicesOfKind('act').length, 20);
  });
});
