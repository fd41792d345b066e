import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { OWN_TENANT, systemClock, systemRandom } from '@countersign/core';
import { fsck, type Ledger } from '@countersign/ledger';
import type { Decision, DecisionBody } from '@countersign/policy';
import { LedgerSink } from '../../ingest/collection/ledger-sink.ts';
import { loadDetection } from '../../operations/host/load-detectors.ts';
import {
  closeWriter,
  type HostWriter,
  openLedgerWriter,
} from '../../operations/host/open-writer.ts';
import { runDetection } from '../../operations/host/run-detection.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import { StoreReader } from '../../store/store-reader.ts';
import type { ServeEvent } from '../runtime/server-event.ts';
import { runDetectionOnce, runDetectionThread } from './detection-thread.ts';

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const root = mkdtempSync(join(tmpdir(), 'countersign-detection-thread-'));
after(() => rmSync(root, { recursive: true, force: true }));

type OpenSink = { readonly writer: HostWriter; readonly sink: LedgerSink };

/** Use of a break-glass account, which is a finding. */
function alarm(n: number) {
  const decision: Decision = {
    ...{ id: `d-${n}`, atMs: NOW_MS + n, enforcementPoint: 'eam', tenant: OWN_TENANT },
    ...{ effect: 'permit', cause: 'policy', policies: ['break-glass'], inputs: [], because: [] },
    ...{ obligations: ['alarm:high'], policyVersion: 'v' },
  };
  const body: DecisionBody = {
    ...{ v: 1, decision },
    request: {
      ...{ subject: { type: 'user', id: `ada-${n}` }, action: { name: 'signIn' } },
      ...{ resource: { type: 'suite', id: OWN_TENANT }, context: {} },
    },
  };
  return ownEntryDraft('decision', NOW_MS + n, body, decision.id);
}

async function withAlarms(name: string, use: (held: OpenSink) => Promise<void>): Promise<string[]> {
  const dir = join(root, name);
  const detection = await loadDetection();
  const opening = { dir, clock: systemClock, random: systemRandom, detection };
  const writer = await openLedgerWriter(opening);
  const sink = await LedgerSink.open(writer, { workers: 1 });
  await writer.decisionLog.append([alarm(1), alarm(2)]);
  await sink.post();
  await use({ writer, sink });
  await sink.close();
  await closeWriter(writer);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
  return findingsIn(dir);
}

async function findingsIn(dir: string): Promise<string[]> {
  const store = await StoreReader.open(dir);
  const found = store.findings.history().map(({ uid, draft }) => `${uid} ${draft.title}`);
  store.close();
  return found.sort();
}

test('a thread enters the same findings, also of decisions that come during its runs', async () => {
  const here = await withAlarms('here', async ({ writer, sink }) => {
    await writer.decisionLog.append([alarm(3)]);
    await sink.post();
    await runDetection(writer);
  });
  const events: ServeEvent[] = [];
  const there = await withAlarms('there', async ({ writer, sink }) => {
    const stop = new AbortController();
    const common = { emulator: undefined, signal: stop.signal };
    const running = runDetectionThread({
      ...{ ...common, writer, sink },
      tell: (event) => events.push(event),
    });
    while ((await findingsIn(writer.dir)).length < 2) await Promise.race([pause(20), running]);
    await writer.decisionLog.append([alarm(3)]);
    await sink.post();
    while ((await findingsIn(writer.dir)).length < 3) await Promise.race([pause(20), running]);
    stop.abort();
    await running;
  });
  assert.equal(here.length, 3);
  assert.deepEqual(there, here);
  assert.deepEqual([...new Set(events.map(({ event }) => event))], ['detection-run']);
});

test('one run in a thread, while other work has the writer, enters the same findings', async () => {
  const detectOnce = (name: string, detectBeside?: HostWriter['detectBeside']) =>
    withAlarms(name, async ({ writer, sink }) => {
      const report = await sink.exclusively(() => runDetection({ ...writer, detectBeside }));
      assert.deepEqual([report.said, report.failed], [2, []]);
    });
  const signal = new AbortController().signal;
  const common = { emulator: undefined, signal, tell: () => undefined };
  const there = await detectOnce('once-there', (writer) => runDetectionOnce({ ...common, writer }));
  assert.deepEqual(there, await detectOnce('once-here'));
});

test('one run that is stopped reports that it did not examine everything', async () => {
  await withAlarms('once-stopped', async ({ writer }) => {
    const common = { emulator: undefined, signal: AbortSignal.abort(), tell: () => undefined };
    const { failed } = await runDetectionOnce({ ...common, writer });
    assert.ok(failed.length > 0, 'the report names what was not examined');
  });
});

test('a thread that is stopped at its start leaves the writer free', async () => {
  const found = await withAlarms('stopped', async ({ writer, sink }) => {
    const signal = AbortSignal.abort();
    await runDetectionThread({ writer, sink, emulator: undefined, signal, tell: () => undefined });
    await sink.exclusively(async () => undefined);
  });
  assert.deepEqual(found, []);
});

test('the thread ends with the error of the ledger', async () => {
  await withAlarms('failing', async ({ writer, sink }) => {
    const ledger = Object.assign(Object.create(writer.ledger), { publish: failing }) as Ledger;
    const broken = { ...writer, ledger };
    const signal = new AbortController().signal;
    const running = runDetectionThread({
      ...{ writer: broken, sink, emulator: undefined, signal },
      tell: () => undefined,
    });
    await assert.rejects(running, (error) => error === noDisk);
  });
});

const noDisk = new Error('no disk');
const failing = () => Promise.reject(noDisk);
