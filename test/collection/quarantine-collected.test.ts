import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import type { ImportReport } from '../../apps/countersign/src/ingest/import-run.ts';
import { retryQuarantined } from '../../apps/countersign/src/ingest/retry-quarantine.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { assertFsckClean } from '../support/account.ts';
import { ActivityService } from '../support/collection/activity-service.ts';
import {
  activityCollector,
  observationsOf,
  pollHere,
  withSink,
} from '../support/collection/collection.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('quarantine-collected');
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const SOURCE = 'm365.activity/Audit.SharePoint';
const HOUR_MS = 3_600_000;
/** Between the two windows, so that the first hour is settled in the second. */
const APART_MS = 48 * HOUR_MS;
/** In between: enough to learn the delay of this source. */
const USUAL_BLOBS = 16;
const USUAL_RECORDS = 20;
const USUAL = USUAL_BLOBS * USUAL_RECORDS;
const NOW_MS = Date.parse('2026-03-02T10:00:00Z');
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;

type QuarantineItem = {
  readonly reason: string;
  readonly bytes: string | null;
  readonly erased?: true;
};

function quarantinedIn(dir: string): { readonly path: string; readonly kept: QuarantineItem }[] {
  const folder = join(dir, 'quarantine');
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, kept: JSON.parse(readFileSync(path, 'utf8')) as QuarantineItem };
  });
}

function bytesOf({ bytes }: QuarantineItem): string {
  return Buffer.from(bytes ?? '', 'base64').toString('utf8');
}

/** The quarantine of a version that could not read what this one can. */
function makeReadable(dir: string, n: number, extra: object = {}): void {
  const found = quarantinedIn(dir).filter(({ kept }) => bytesOf(kept).includes(`"piece ${n}"`));
  assert.equal(found.length, 1);
  for (const { path, kept } of found) {
    const bytes = Buffer.from(recordText(n, { ...extra })).toString('base64');
    writeFileSync(path, JSON.stringify({ ...kept, bytes }));
  }
}

/** Deeper than a record may be. */
function unreadable(n: number): string {
  return `{"Id":"piece ${n}","a":${'['.repeat(500)}${']'.repeat(500)}}`;
}

/** Created a quarter of an hour before its availability. */
function recent(n: number, fromMs: number): string {
  const CreationTime = new Date(fromMs + HOUR_MS / 4).toISOString().slice(0, 19);
  return recordText(n, { CreationTime });
}

function usualBlob(blob: number, fromMs: number): string[] {
  return Array.from({ length: USUAL_RECORDS }, (_, at) =>
    recent(1000 + blob * USUAL_RECORDS + at, fromMs),
  );
}

type Company = {
  readonly dir: string;
  readonly clock: ManualClock;
  readonly service: ActivityService;
  readonly poll: () => Promise<unknown>;
};

/** Two windows of a source: the first has one unreadable piece, the second two. */
async function collected(name: string, use: (company: Company) => Promise<void>): Promise<void> {
  const dir = join(root, name);
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  const contentTypes = ['Audit.SharePoint'] as const;
  service.enabled.add('Audit.SharePoint');
  const clock = new ManualClock(NOW_MS);
  const address = { origin: server.origin, tenant: TENANT, clock, contentTypes };
  const collector = activityCollector(address);
  const poll = (): Promise<unknown> => pollHere(dir, clock, collector);
  await poll();
  const put = (id: string, ...records: readonly string[]): void => {
    service.put({ id, createdMs: clock.now() + HOUR_MS / 2, body: `[${records.join(',')}]` });
  };
  put('one', recordText(1), unreadable(2), recordText(3));
  clock.advance(HOUR_MS);
  await poll();
  for (let n = 0; n < USUAL_BLOBS; n++) {
    put(`usual-${n}`, ...usualBlob(n, clock.now()));
    clock.advance(APART_MS / USUAL_BLOBS);
    await poll();
  }
  put('two', unreadable(4), recent(5, clock.now()), unreadable(6));
  clock.advance(HOUR_MS);
  await poll();
  clock.advance(HOUR_MS);
  await poll();
  await use({ dir, clock, service, poll });
}

async function retry({ dir, clock }: Company): Promise<ImportReport> {
  return withSink(dir, clock, (sink, writer) =>
    sink.exclusively(() =>
      retryQuarantined(writer, {
        actor: Actor,
        workers: 1,
        afterImport: () => runDetection(writer),
      }),
    ),
  );
}

/** The state in the middle of each of the two windows, for all workloads of the source. */
async function states({ dir, clock }: Company): Promise<(string | undefined)[]> {
  const store = await StoreReader.open(dir, { clock });
  try {
    const rows = store.coverage().filter(({ source, subject }) => {
      return source === SOURCE && subject === null;
    });
    return [0, HOUR_MS + APART_MS].map((ms) => {
      const atMs = NOW_MS + ms + HOUR_MS / 2;
      const at = rows.filter(({ fromMs, toMs }) => {
        return (fromMs ?? -Infinity) <= atMs && atMs < (toMs ?? Infinity);
      });
      const found = new Set(at.map(({ state }) => (state === 'lost' ? 'lost' : 'else')));
      return [...found].sort().join(' and ');
    });
  } finally {
    store.close();
  }
}

test('a window is complete once all its missing content could be read', async () => {
  await collected('windows', async (company) => {
    const { dir } = company;
    assert.deepEqual(await states(company), ['lost', 'lost']);
    const nothing = await retry(company);
    assert.deepEqual([nothing.accepted, nothing.rejected], [0, 3]);
    const lines = nothing.rejects.map(({ file, at, reason }) => `${file}: ${at}: ${reason}`);
    for (const text of lines) {
      assert.match(
        text,
        /^m365\.activity\/Audit\.SharePoint (one|two): (row|record) [123].*: nested/,
      );
    }
    assert.deepEqual([await states(company), quarantinedIn(dir).length], [['lost', 'lost'], 3]);

    makeReadable(dir, 2);
    makeReadable(dir, 4);
    const some = await retry(company);
    assert.deepEqual([some.accepted, some.duplicates, some.rejected], [2, 0, 1]);
    assert.deepEqual([await states(company), quarantinedIn(dir).length], [['else', 'lost'], 1]);

    makeReadable(dir, 6);
    const rest = await retry(company);
    assert.deepEqual([rest.accepted, rest.rejected], [1, 0]);
    assert.deepEqual([await states(company), quarantinedIn(dir).length], [['else', 'else'], 0]);
    await assertExactlyOnce(dir, 6 + USUAL);
    await assertFsckClean(dir);
    const said = (await observationsOf(dir)).filter(({ code }) => code === 'read-again');
    assert.ok(said.length > 0);
    assert.ok(said.every(({ outcome, listed }) => outcome === 'complete' && listed === 0));
  });
});

test('content that is now complete stays complete when it is listed again', async () => {
  await collected('listed', async (company) => {
    const { dir, clock, service, poll } = company;
    for (const n of [2, 4, 6]) makeReadable(dir, n);
    await retry(company);
    // New content of these hours is listed late: they are requested again, and everything is listed
    // anew.
    service.put({
      id: 'late',
      createdMs: clock.now() - 1.25 * HOUR_MS,
      body: `[${recordText(7)}]`,
    });
    clock.advance(7 * HOUR_MS);
    await poll();
    await assertExactlyOnce(dir, 7 + USUAL);
    assert.deepEqual(await states(company), ['else', 'else']);
  });
});

test('the running collector also knows which windows are complete now', async () => {
  await collected('running', async (company) => {
    const { dir, clock, service } = company;
    for (const n of [2, 4, 6]) makeReadable(dir, n);
    const contentTypes = ['Audit.SharePoint'] as const;
    const address = { origin: service.origin, tenant: TENANT, clock, contentTypes };
    const collector = activityCollector(address);
    await withSink(dir, clock, async (sink, writer) => {
      await sink.exclusively(() =>
        retryQuarantined(writer, {
          actor: Actor,
          workers: 1,
          afterImport: () => runDetection(writer),
        }),
      );
      service.put({
        id: 'late',
        createdMs: clock.now() - 1.25 * HOUR_MS,
        body: `[${recordText(7)}]`,
      });
      clock.advance(7 * HOUR_MS);
      await pollOnce(sink, collector);
    });
    assert.deepEqual(await states(company), ['else', 'else']);
  });
});

test('a record of another tenant stays quarantined, even if it is readable', async () => {
  await collected('foreign', async (company) => {
    makeReadable(company.dir, 2, { OrganizationId: '11111111-7d2a-4f6b-9c3d-2e8a61f0b794' });
    const { accepted, rejects } = await retry(company);
    assert.equal(accepted, 0);
    assert.match(rejects.map(({ reason }) => reason).join('\n'), /a record of another tenant/);
    assert.deepEqual(await states(company), ['lost', 'lost']);
  });
});

test('a piece whose file was changed keeps its window incomplete', async () => {
  await collected('changed', async (company) => {
    const { dir } = company;
    for (const n of [2, 4, 6]) makeReadable(dir, n);
    const [first] = quarantinedIn(dir);
    assert.ok(first !== undefined);
    writeFileSync(first.path, JSON.stringify({ ...first.kept, collected: { window: 7 } }));
    const { accepted, rejected } = await retry(company);
    assert.deepEqual([accepted, rejected], [2, 1]);
    assert.deepEqual([await states(company), quarantinedIn(dir).length], [['lost', 'lost'], 1]);
  });
});

test('a piece that was removed from the folder is still missing', async () => {
  await collected('taken', async (company) => {
    const { dir } = company;
    makeReadable(dir, 4);
    const [other] = quarantinedIn(dir).filter(({ kept }) => bytesOf(kept).includes('"piece 6"'));
    assert.ok(other !== undefined);
    rmSync(other.path);
    const { accepted } = await retry(company);
    assert.deepEqual([accepted, await states(company)], [1, ['lost', 'lost']]);
  });
});

test('content that was erased before it could be read is permanently missing', async () => {
  await collected('erased', async (company) => {
    const { dir, clock } = company;
    makeReadable(dir, 4);
    await withSink(dir, clock, async (_, writer) => {
      const asked = { case: '2026-17', reason: 'asked for', actor: Actor } as const;
      await erase(writer, { selection: { names: ['piece 6'] }, ...asked, whenNothing: 'refuse' });
    });
    const left = quarantinedIn(dir);
    assert.equal(left.length, 3);
    assert.ok(left.every(({ kept }) => !bytesOf(kept).includes('piece 6')));
    assert.deepEqual(
      left.flatMap(({ kept }) => (kept.erased ? kept.reason : [])),
      ['erased'],
    );
    const { accepted } = await retry(company);
    assert.deepEqual([accepted, await states(company)], [1, ['lost', 'lost']]);
  });
});
