import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, TENANT_NOT_STATED } from '@countersign/core';
import { fsck } from '@countersign/ledger';
import { type DetectionWriter, detectionWriter } from '../../detection/runner/detection-writer.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import { LedgerSink } from '../../ingest/collection/ledger-sink.ts';
import { importPaths } from '../../ingest/import-run.ts';
import { closeWriter, openLedgerWriter } from '../../operations/host/open-writer.ts';
import { runDetection } from '../../operations/host/run-detection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { StoreReader } from '../../store/store-reader.ts';
import type { ServeEvent } from '../runtime/server-event.ts';
import { runDetectors } from './detection-loop.ts';

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const RECORD = {
  CreationTime: '2026-03-02T09:24:07',
  Id: '0d5ab8c6-7d2f-4f34-9a3a-6f6f2b000054',
  Operation: 'FileDeleted',
  OrganizationId: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
  RecordType: 6,
  UserId: 'freya.sandison@northmoor.example',
  Workload: 'SharePoint',
};

const root = mkdtempSync(join(tmpdir(), 'countersign-watching-'));
after(() => rmSync(root, { recursive: true, force: true }));

type OpenSink = { readonly writer: LedgerWriter; readonly sink: LedgerSink; readonly dir: string };

/** Opens a sink whose store holds one record, and checks the ledger with fsck at the end. */
async function withSink(name: string, use: (held: OpenSink) => Promise<void>): Promise<void> {
  const dir = join(root, name);
  const writer = await openLedgerWriter({ dir, clock: systemClock, random });
  const sink = await LedgerSink.open(writer, { workers: 1 });
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${JSON.stringify(RECORD)}\n`);
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  await sink.exclusively(() =>
    importPaths(writer, {
      inputs,
      actor: Actor,
      workers: 1,
      afterImport: () => runDetection(writer),
    }),
  );
  await use({ writer, sink, dir });
  await sink.close();
  await closeWriter(writer);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
}

function writerOf(writer: LedgerWriter, sink: LedgerSink): DetectionWriter {
  return detectionWriter(writer, (work) => sink.exclusively(work));
}

function draftOf(rule: string): FindingDraft {
  const [firstMs, lastMs] = [7, 7];
  return {
    ...{ rule, version: 1, tenant: TENANT_NOT_STATED, group: 'x', windowMs: 0, firstMs, lastMs },
    ...{ title: 'X', message: 'It is there.', next: 'Ask.', severity: 3, techniques: [] },
    ...{ entries: [1], principals: [], sessions: [], apps: [], addresses: [], confidence: null },
  };
}

test('an abort does not wait for a detection run in progress', async () => {
  const asking = Promise.withResolvers<void>();
  const slow: Detector = {
    ...{ name: 'test/slow', hears: 'events', profiles: [] },
    async *detect({ store }) {
      const question = store.over(
        {},
        () => 'SELECT count(*) FROM range(100000000000) WHERE range % 7 = 8',
      );
      asking.resolve();
      await question;
      yield { drafts: [draftOf('test/slow')], covers: [] };
    },
  };
  await withSink('stopping', async ({ writer, sink }) => {
    const stop = new AbortController();
    const events: ServeEvent[] = [];
    const running = runDetectors({
      ...{ writer: writerOf(writer, sink), detectors: [slow], signal: stop.signal },
      lapse: async () => undefined,
      wait: (ms, signal) => pause(ms, undefined, { signal }),
      tell: (event) => events.push(event),
    });
    await asking.promise;
    stop.abort();
    await running;
    assert.deepEqual(events, [], 'nothing went wrong, and nothing was found');
  });
});

test('rules report during a long run, and no finding is lost', async () => {
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow: Detector = {
    ...{ name: 'test/slow', hears: 'events', profiles: [] },
    async *detect() {
      begun.resolve();
      await release.promise;
      yield { drafts: [draftOf('test/slow')], covers: [] };
    },
  };
  const quick: Detector = {
    ...{ name: 'test/quick', hears: 'events', profiles: [], reads: 'state' },
    async *detect() {
      yield { drafts: [draftOf('test/quick')], covers: [] };
    },
  };
  await withSink('beside', async ({ writer, sink, dir }) => {
    const stop = new AbortController();
    const events: ServeEvent[] = [];
    const running = runDetectors({
      ...{ writer: writerOf(writer, sink), detectors: [slow, quick], signal: stop.signal },
      lapse: async () => undefined,
      wait: (ms, signal) => pause(ms, undefined, { signal }),
      tell: (event) => events.push(event),
    });
    await begun.promise;
    const store = await StoreReader.open(dir);
    const found = (): string[] => store.findings.history().map(({ draft }) => draft.rule);
    while (found().length === 0) await pause(5);
    assert.deepEqual(found(), ['test/quick']);
    release.resolve();
    while (found().length < 2) await pause(5);
    stop.abort();
    await running;
    assert.deepEqual(found(), ['test/quick', 'test/slow']);
    store.close();
    assert.deepEqual(
      events.map(({ event }) => event),
      ['detection-run', 'detection-run'],
    );
  });
});
