import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Clock, type Random, type RecordDraft, systemClock } from '@countersign/core';
import { readChunk, readInputs } from '@countersign/m365';
import fc from 'fast-check';
import { ruleContent } from '../../apps/countersign/src/detection/rules/rule-content.ts';
import { IngestPipeline } from '../../apps/countersign/src/ingest/pipeline/ingest-pipeline.ts';
import {
  type DetectorSet,
  detectionOf,
} from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  type HostWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { rebuild } from '../../apps/countersign/src/operations/host/rebuild-store.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { catchUpProjection } from '../../apps/countersign/src/projection/catch-up.ts';
import type { EventRow } from '../../apps/countersign/src/store/rows/event-row.ts';
import { runs, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { withAccount } from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';
import {
  asActivityBlobs,
  asAuditLogQuery,
  asSearchCsv,
  asSignIns,
} from '../support/ingest/deliveries.ts';
import { type Activity, type Document, inventedWeek } from '../support/ingest/week.ts';

const root = temporaryFolder('projection-paths');

/** Few, so that most of them are delivered more than once. */
const ACTIVITIES = 4;
const OTHER_TENANT = '1d2c3b4a-0000-4000-8000-0000000000ff';
const CONTEXT = { importNumber: 1, tenant: undefined };

/** One delivery of one activity. */
type DeliveryChoice = {
  readonly activity: number;
  /** A later revision states more. */
  readonly revision: number;
  readonly tenant: 'own' | 'other' | 'none';
};

/** A file in the shape of one source. */
type DeliveredFile = {
  readonly shape: 'csv' | 'query' | 'activity' | 'sign-ins';
  readonly picks: readonly DeliveryChoice[];
};

/** The path of a file into the store, and what follows it. */
type Step = {
  /**
   * `fed`: the pipeline posts by itself, as in the middle of an import. `killed`: durable in the
   * ledger, but the process ends before all rows are stored.
   */
  readonly path: 'live' | 'fed' | 'killed' | 'appended';
  readonly next: (typeof NEXT)[number] | 'detect';
};

/** So that files of one stream are in several posts and merges. */
const LIMITS = { rowsPerPost: 2, redeliveriesTogether: 1 } as const;

const NEXT = ['go on', 'restart', 'rebuild', 'other rules', 'killed rematch', 'compact'] as const;

function stepWith(next: readonly Step['next'][]): fc.Arbitrary<Step> {
  const path = fc.constantFrom<Step['path'][]>('live', 'fed', 'fed', 'killed', 'appended');
  return fc.record({ path, next: fc.constantFrom(...next) });
}

const FILE: fc.Arbitrary<DeliveredFile> = fc.record({
  shape: fc.constantFrom('csv', 'query', 'activity', 'sign-ins'),
  picks: fc.array(
    fc.record({
      activity: fc.nat({ max: ACTIVITIES - 1 }),
      revision: fc.nat({ max: 2 }),
      tenant: fc.constantFrom('own', 'own', 'other', 'none'),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

const RULES = `
title: A sign-in failed
id: 00000000-0000-4000-8000-0000000000a1
level: medium
logsource: { product: countersign, service: records }
detection: { selection: { operation: sign-in, status: failure }, condition: selection }
---
title: Only the sign-in log states this
id: 00000000-0000-4000-8000-0000000000a2
level: low
logsource: { product: countersign, service: records }
detection: { selection: { raw.appDisplayName|contains: office }, condition: selection }
---
title: Only a revision states this
id: 00000000-0000-4000-8000-0000000000a3
level: low
logsource: { product: countersign, service: records }
detection: { selection: { raw.Revision: '1' }, condition: selection }
---
title: Many actions of one person
id: 00000000-0000-4000-8000-0000000000a4
level: high
correlation:
  type: event_count
  rules: [any]
  group-by: [actor_name]
  timespan: 1d
  condition: { gte: 2 }
---
title: Any action
name: any
id: 00000000-0000-4000-8000-0000000000a5
logsource: { product: countersign, service: records }
detection: { selection: { tenant|exists: true }, condition: selection }
`;

function detectionWith(text: string): DetectorSet {
  return detectionOf(ruleContent({ rules: [{ path: 'rules.yml', text }], pipelines: [] }));
}

const DETECTION = detectionWith(RULES);
const OTHER_DETECTION = detectionWith(RULES.split('---').slice(1).join('---'));

const week = activitiesOf(inventedWeek(SEED));

/** Sign-ins, which two sources report, and other actions. */
function activitiesOf(all: readonly Activity[]): readonly Activity[] {
  const signIns = all.filter(({ signIn }) => signIn !== undefined);
  const others = all.filter(({ signIn }) => signIn === undefined);
  return [...signIns.slice(0, ACTIVITIES / 2), ...others.slice(0, ACTIVITIES / 2)];
}

function activityOf({ activity, revision, tenant }: DeliveryChoice): Activity {
  const { audit, signIn } = week[activity] as Activity;
  const added = revision === 0 ? {} : { Revision: String(revision), Note: 'n'.repeat(revision) };
  const revised = {
    audit: inTenant({ ...audit, ...added }, ['OrganizationId'], tenant),
  };
  if (signIn === undefined) return revised;
  const places = ['resourceTenantId', 'homeTenantId'];
  return { ...revised, signIn: inTenant({ ...signIn, ...added }, places, tenant) };
}

function inTenant(
  record: Document,
  places: readonly string[],
  tenant: DeliveryChoice['tenant'],
): Document {
  if (tenant === 'own') return record;
  const rest = Object.entries(record).filter(([name]) => !places.includes(name));
  const other = tenant === 'none' ? [] : places.map((name) => [name, OTHER_TENANT]);
  return Object.fromEntries([...rest, ...other]);
}

function textsOf({ shape, picks }: DeliveredFile): readonly string[] {
  const activities = picks.map(activityOf);
  switch (shape) {
    case 'csv':
      return [asSearchCsv(activities)];
    case 'query':
      return [asAuditLogQuery(activities)];
    case 'sign-ins':
      return [asSignIns(activities)];
    case 'activity':
      return [...asActivityBlobs(activities).values()];
  }
}

/** A folder with a fixed clock and the same keys as every other folder here. */
class Folder {
  readonly dir: string;
  readonly #random = new SeededRandom(SEED);
  #writer: HostWriter | undefined;
  #pipeline: IngestPipeline | undefined;

  constructor(name: string) {
    this.dir = join(root, name);
  }

  async open(
    detection: DetectorSet = DETECTION,
    how: typeof openLedgerWriter = openLedgerWriter,
  ): Promise<HostWriter> {
    await this.close();
    const clock: Clock = { ...systemClock, now: () => NOW_MS, monotonic: () => 0 };
    const random: Random = { fill: (into) => into.map(() => this.#random.between(0, 255)) };
    this.#writer = await how({ dir: this.dir, clock, random, detection });
    return this.#writer;
  }

  /** Like a process that ends: pending rows are not stored. */
  async close(): Promise<void> {
    await this.#pipeline?.stop();
    if (this.#writer !== undefined) await closeWriter(this.#writer);
    this.#pipeline = undefined;
    this.#writer = undefined;
  }

  async append(file: DeliveredFile): Promise<void> {
    const writer = this.#writer ?? (await this.open());
    const drafts: RecordDraft[] = [];
    const unused = (): void => {};
    for await (const chunk of chunksOf(file)) {
      const record = (draft: RecordDraft): unknown => drafts.push(draft);
      readChunk(chunk, CONTEXT, { record, reject: unused, page: unused, addCompleteness: unused });
    }
    if (drafts.length > 0) await writer.ledger.append(drafts);
  }

  async take(file: DeliveredFile, { path, next }: Step): Promise<void> {
    const writer = this.#writer ?? (await this.open());
    if (path === 'appended') {
      await this.#pipeline?.post();
      await this.append(file);
      await catchUpProjection(writer);
    } else {
      this.#pipeline ??= new IngestPipeline(writer, { workers: 2, limits: LIMITS });
      for await (const chunk of chunksOf(file)) {
        await this.#pipeline.feed(chunk, CONTEXT, { outcome: () => {} });
      }
      if (path === 'live' || next === 'compact' || next === 'detect') await this.#pipeline.post();
      else if (path === 'fed') await this.#pipeline.settle();
      else {
        await this.#pipeline.settle();
        await this.close();
      }
    }
    await this.#go(next);
  }

  async #go(next: Step['next']): Promise<void> {
    switch (next) {
      case 'go on':
        return;
      case 'restart':
        await this.open();
        return;
      case 'rebuild':
        await this.open(DETECTION, rebuild);
        return;
      case 'other rules':
        await this.open(OTHER_DETECTION);
        return;
      case 'compact':
        await (this.#writer ?? (await this.open())).store.compact();
        return;
      case 'detect':
        await runDetection(this.#writer ?? (await this.open()));
        return;
      case 'killed rematch': {
        const { store } = await this.open();
        store.resetSignals(DETECTION.planHash, 'detection/sigma');
        await this.close();
      }
    }
  }
}

const NOW_MS = Date.UTC(2026, 2, 20);

async function* chunksOf(file: DeliveredFile): AsyncGenerator<Parameters<typeof readChunk>[0]> {
  for (const text of textsOf(file)) {
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    for await (const event of readInputs([{ kind: 'stream', bytes: bytes() }])) {
      if (event.kind === 'chunk') yield event.chunk;
    }
  }
}

type StoreContent = Readonly<Record<string, readonly unknown[]>>;

const QUERIES = {
  signals: `SELECT stream, grp, time_ms, "index", part, tenant, vals, about
    FROM signals JOIN signal_groups ON id = group_id ORDER BY stream, grp, time_ms, "index", part`,
  counts: 'SELECT * FROM signal_counts WHERE count > 0 ORDER BY stream, day',
  aliases: 'SELECT * FROM aliases ORDER BY kind, value, tenant, key',
  tenants: 'SELECT tenant FROM tenants ORDER BY tenant',
} as const;

/** The store's content about records, independent of its files and cursors. */
async function contentOf(dir: string): Promise<StoreContent> {
  const state = new DatabaseSync(join(dir, 'state.sqlite'), { readOnly: true });
  const tables = Object.entries(QUERIES).map(([name, sql]) => [name, state.prepare(sql).all()]);
  state.close();
  return withAccount(dir, async ({ store, head }) => {
    const rows: EventRow[] = [];
    for await (const row of (await store.timeline({}, head)).rows) rows.push(row);
    rows.sort((a, b) => a.index - b.index);
    const findings = store.findings.list().map(({ uid, draft }) => ({ uid, draft }));
    findings.sort((a, b) => (a.uid < b.uid ? -1 : 1));
    return { rows, ...Object.fromEntries(tables), findings };
  });
}

/** The content after detection has run over all of it. */
async function finalContent(folder: Folder, how = openLedgerWriter): Promise<StoreContent> {
  const { failed } = await runDetection(await folder.open(DETECTION, how));
  assert.deepEqual(failed, []);
  await folder.close();
  return contentOf(folder.dir);
}

type Stream = readonly (readonly [file: DeliveredFile, step: Step])[];

/** Checks streams, each in folders of its own; `check` gives the content that it has compared. */
async function assertOneStore(
  step: fc.Arbitrary<Step>,
  shortCount: number,
  check: (stream: Stream, split: Folder, whole: Folder) => Promise<StoreContent>,
): Promise<void> {
  let found = 0;
  const stream = fc.array(fc.tuple(FILE, step), { minLength: 1, maxLength: 6 });
  const property = fc.asyncProperty(stream, async (files) => {
    const [split, whole] = [new Folder('split'), new Folder('whole')];
    try {
      for (const [file, each] of files) await split.take(file, each);
      found += (await check(files, split, whole))['findings']?.length ?? 0;
    } finally {
      for (const folder of [split, whole]) {
        await folder.close();
        rmSync(folder.dir, { recursive: true, force: true });
      }
    }
  });
  await fc.assert(property, runs(shortCount));
  assert.ok(found > 0, 'rules found something');
}

test('any split over import, catch-up, rebuild and rematch gives the same store', async () => {
  await assertOneStore(stepWith(NEXT), 8, async (stream, split, whole) => {
    for (const [file] of stream) await whole.append(file);
    const expected = await finalContent(whole);
    assert.deepEqual(await finalContent(split), expected);
    return expected;
  });
});

test('a store in which detection ran in between equals the store of a rebuild', async () => {
  await assertOneStore(stepWith([...NEXT, 'detect', 'detect']), 6, async (_, split) => {
    const actual = await finalContent(split);
    assert.deepEqual(actual, await finalContent(split, rebuild));
    return actual;
  });
});
