import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { STREAM_DETECTORS } from '../apps/countersign/src/detection/detectors/detector-list.ts';
import { findCampaigns } from '../apps/countersign/src/detection/detectors/spray/password-spray.ts';
import { sprayFindings } from '../apps/countersign/src/detection/detectors/spray/spray-findings.ts';
import { runWindowDetector } from '../apps/countersign/src/detection/detectors/windows/window-detector.ts';
import { ActionReconciler } from '../apps/countersign/src/reconcile/actions/action-reconciler.ts';
import { authorizationsOf } from '../apps/countersign/src/reconcile/actions/authorization-source.ts';
import { RowBuffer } from '../apps/countersign/src/store/parquet/row-buffer.ts';
import type { EventRow } from '../apps/countersign/src/store/rows/event-row.ts';
import { Store } from '../apps/countersign/src/store/store.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { checkOf, passOf } from './decision-entries.ts';
import { DAY_MS, officeDay, START_MS } from './office-day.ts';

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

/** An import worker writes smaller files at once. */
const ROWS_PER_FILE = 1_000_000;

/** The interval that the spray detector reads for a day: its block and the previous one. */
const SPRAY_BLOCK_MS = 30 * DAY_MS;

type Part = Pick<DetectionRunReport, 'rows' | 'findings' | 'cut'>;

type MakeAsk = Extract<MeasurementRequest, { do: 'make' }>;

async function made({ dir, people, days, isAuthorized }: MakeAsk): Promise<Part> {
  const store = await Store.open(dir);
  let rows = 0;
  for (let day = 0; day < days; day++) {
    let buffer = new RowBuffer();
    const signIns: EventRow[] = [];
    for (const row of officeDay(people, day, rows)) {
      if (isAuthorized && row.event.classUid === 3002) signIns.push(row);
      buffer.add(row);
      rows++;
      if (buffer.rows < ROWS_PER_FILE) continue;
      await store.postRows(buffer);
      buffer = new RowBuffer();
    }
    if (buffer.rows > 0) await store.postRows(buffer);
    if (isAuthorized) authorize(store, signIns, day);
    store.commit(rows);
    // A large company fills the files of a day, whatever the size of this one.
    await store.compact({ partitionRowsMin: 1, partitionRestMin: 1 });
  }
  store.close();
  return { rows, findings: 0, cut: 0 };
}

function authorize(store: Store, signIns: readonly EventRow[], day: number): void {
  const fromMs = START_MS + day * DAY_MS;
  const checked = { fromMs, toMs: fromMs + DAY_MS, upTo: 0 };
  store.keepChecks(checked, signIns.map(checkOf));
  store.post({ facts: { passes: signIns.flatMap(passOf) } });
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
