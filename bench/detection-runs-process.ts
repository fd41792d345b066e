import { join } from 'node:path';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { STREAM_DETECTORS } from '../apps/countersign/src/detection/detectors/detector-list.ts';
import { findCampaigns } from '../apps/countersign/src/detection/detectors/spray/password-spray.ts';
import { sprayFindings } from '../apps/countersign/src/detection/detectors/spray/spray-findings.ts';
import { runWindowDetector } from '../apps/countersign/src/detection/detectors/windows/window-detector.ts';
import { ActionReconciler } from '../apps/countersign/src/reconcile/actions/action-reconciler.ts';
import { authorizationsOf } from '../apps/countersign/src/reconcile/actions/authorization-source.ts';
import { DuckDbEngine } from '../apps/countersign/src/store/duckdb/duckdb-engine.ts';
import {
  type CompactionContext,
  settle,
} from '../apps/countersign/src/store/parquet/compaction.ts';
import { copyTo } from '../apps/countersign/src/store/parquet/parquet-sql.ts';
import type { EventRow } from '../apps/countersign/src/store/rows/event-row.ts';
import { StateDatabase } from '../apps/countersign/src/store/sqlite/state-database.ts';
import { Store } from '../apps/countersign/src/store/store.ts';
import {
  dayPath,
  EVENTS_FOLDER,
  STORE_STAGE,
  TEMP_FOLDER,
} from '../apps/countersign/src/store/store-layout.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { checkOf, passOf } from './decision-entries.ts';
import { DAY_MS, indicesOfDay, officeDay, START_MS, TENANT } from './office-day.ts';

/** Creates the store of a company, or runs one detector over its last day like `serve`. */
export type MeasurementRequest =
  | {
      readonly do: 'make';
      readonly dir: string;
      readonly people: number;
      readonly days: number;
      /** Whether each sign-in has a decision or a check. */
      readonly isAuthorized: boolean;
    }
  | { readonly do: 'look'; readonly dir: string; readonly days: number; readonly detector: string };

export type DetectionRunReport = {
  readonly rows: number;
  readonly findings: number;
  readonly cut: number;
  readonly seconds: number;
  readonly memoryBytes: number;
};

/** Memory of the engine that writes the events. The product's engines have their own limits. */
const MAKING_BYTES = 2 * 2 ** 30;

/** The interval that the spray detector reads for a day: its block and the previous one. */
const SPRAY_BLOCK_MS = 30 * DAY_MS;

type Part = Pick<DetectionRunReport, 'rows' | 'findings' | 'cut'>;

type MakeAsk = Extract<MeasurementRequest, { do: 'make' }>;

async function made({ dir, people, days, isAuthorized }: MakeAsk): Promise<Part> {
  (await Store.open(dir)).close();
  const state = StateDatabase.openForWriting(dir);
  const tempDir = join(dir, EVENTS_FOLDER);
  const engine = await DuckDbEngine.open({ threads: 2, tempDir, memoryBytes: MAKING_BYTES });
  const context = { dir, state, engine };
  let rows = 0;
  for (let day = 0; day < days; day++) rows += await makeDay(context, people, day);
  state.transaction(() => {
    state.addTenant(TENANT);
    state.setCursor(STORE_STAGE, days * indicesOfDay(people));
  });
  engine.close();
  state.close();
  const store = await Store.open(dir);
  if (isAuthorized) await authorize(dir, store, days);
  // A large company fills the files of a day, whatever the size of this one.
  await store.compact({ summaryRowsMin: 1 });
  store.close();
  return { rows, findings: 0, cut: 0 };
}

/** Writes the files that a compaction would make of one day, and returns the number of rows. */
async function makeDay(context: CompactionContext, people: number, day: number): Promise<number> {
  const { dir, state, engine } = context;
  const temp = join(dir, TEMP_FOLDER, 'day.parquet');
  const date = new Date(START_MS + day * DAY_MS).toISOString().slice(0, 10);
  const fromIndex = day * indicesOfDay(people);
  let rows = 0;
  for (const { classUid, sql } of officeDay({ people, day, fromIndex })) {
    await engine.run(copyTo(sql, temp));
    const number = state.transaction(() => state.nextFileNumber());
    const path = dayPath(classUid, date, number);
    const file = await settle(context, temp, path, { kind: 'day', classUid, day: date });
    state.transaction(() => state.listFile(file));
    rows += file.rows;
  }
  return rows;
}

/** Gives each sign-in a decision or a check. */
async function authorize(dir: string, store: Store, days: number): Promise<void> {
  const reader = await StoreReader.open(dir);
  for (let day = 0; day < days; day++) {
    const fromMs = START_MS + day * DAY_MS;
    const period = { fromMs, toMs: fromMs + DAY_MS };
    const signIns: EventRow[] = [];
    for await (const row of reader.rows({ ...period, classes: [3002] })) signIns.push(row);
    store.keepChecks({ ...period, upTo: 0 }, signIns.map(checkOf));
    store.post({ facts: { passes: signIns.flatMap(passOf) } });
  }
  reader.close();
  store.commit(store.cursor);
}

async function measureRun(store: StoreReader, detector: string, days: number): Promise<Part> {
  const fromMs = START_MS + (days - 1) * DAY_MS;
  if (detector === 'reconcile') return reconciled(store, fromMs);
  if (detector === 'spray') {
    let [findings, cut] = [0, 0];
    const block = Math.floor(fromMs / SPRAY_BLOCK_MS) * SPRAY_BLOCK_MS;
    for (const from of [block - SPRAY_BLOCK_MS, block]) {
      const times = { learnFromMs: from - SPRAY_BLOCK_MS, fromMs: from };
      const report = await findCampaigns(store, { ...times, toMs: from + SPRAY_BLOCK_MS });
      findings += sprayFindings(report.campaigns).length;
      cut += Number(report.isCut);
    }
    return { rows: 0, findings, cut };
  }
  const of = STREAM_DETECTORS.find(({ rules }) => rules[0] === detector);
  if (of === undefined) throw new Error(`there is no detector ${detector}`);
  const period = { fromMs, toMs: fromMs + DAY_MS };
  const bodyOf = (): Promise<undefined> => Promise.resolve(undefined);
  const { drafts, cutShort } = await runWindowDetector(of, { store, period, bodyOf });
  return { rows: 0, findings: drafts.length, cut: cutShort.length };
}

async function reconciled(store: StoreReader, fromMs: number): Promise<Part> {
  const authorizations = await authorizationsOf({ store });
  const options = { authorizations, coverage: store.coverage() };
  await using reconciler = new ActionReconciler(store, options);
  let [findings, cut] = [0, 0];
  for await (const day of reconciler.findings({ fromMs, toMs: fromMs + DAY_MS })) {
    findings += day.drafts.length;
    cut += Number(day.isCut);
  }
  return { rows: 0, findings, cut };
}

async function runRequest(ask: MeasurementRequest): Promise<Part> {
  if (ask.do === 'make') return made(ask);
  const store = await StoreReader.open(ask.dir);
  try {
    return await measureRun(store, ask.detector, ask.days);
  } finally {
    store.close();
  }
}

collectGarbageSeldom();
const began = performance.now();
const part = await runRequest(JSON.parse(process.argv[2] ?? '{}') as MeasurementRequest);
const seconds = (performance.now() - began) / 1000;
const memoryBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ...part, seconds, memoryBytes }));
