import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STREAM_DETECTORS } from '../apps/countersign/src/detection/detectors/detector-list.ts';
import type { DetectionRunReport, MeasurementRequest } from './detection-runs-process.ts';
import { type BenchOptions, type Figure, interleaved, type Target } from './harness.ts';

const PEOPLE = { short: 1_000, long: 1_000_000 } as const;
/** Other versions make other events. */
export const MEASURES_THIS_ONLY = true;

const DAYS = 30;
/** With decisions and checks of more people, the state alone takes tens of gigabytes. */
const AUTHORIZED_PEOPLE_MAX = 20_000;
/** For a million people. */
const TIMES: Readonly<Record<string, Readonly<Record<string, Target>>>> = {
  'stream/volume': { report: { atMost: 15 } },
  spray: { report: { atMost: 60 } },
  reconcile: { report: { atMost: 30 } },
};
const UNITS = {
  memory: 'MiB',
  report: 's',
  findings: '',
  'windows not read completely': '',
};

/**
 * The cost of each detector, and of reconciliation, for a run over the last day of a month. Its
 * memory MUST NOT grow with the company. The mail detectors also read bodies, which do not exist
 * here.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const people = options.size ?? PEOPLE[options.form];
  const dir = join(options.folder, `detection-runs-${people}`);
  mkdirSync(dir, { recursive: true });
  try {
    const { rows, seconds } = readRuns({
      ...{ do: 'make', dir, people, days: DAYS },
      isAuthorized: people <= AUTHORIZED_PEOPLE_MAX,
    });
    options.log(`${rows} rows of ${people} people made in ${seconds.toFixed(0)} s`);
    const streams = STREAM_DETECTORS.flatMap(({ rules }) => rules.slice(0, 1));
    const detectors = [...streams, 'spray', 'reconcile'];
    const variants = detectors.map((detector) => ({
      name: detector,
      units: UNITS,
      targets: { memory: { atMost: 1024 }, ...(people >= PEOPLE.long && TIMES[detector]) },
      measure: async () => {
        const report = readRuns({ do: 'look', dir, days: DAYS, detector });
        const counts = { findings: report.findings, 'windows not read completely': report.cut };
        const positive = Object.entries(counts).filter(([, count]) => count > 0);
        const memory = report.memoryBytes / 2 ** 20;
        return { memory, report: report.seconds, ...Object.fromEntries(positive) };
      },
    }));
    return await interleaved(variants, { ...options, runs: Math.min(options.runs, 3) });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readRuns(ask: MeasurementRequest): DetectionRunReport {
  const file = join(import.meta.dirname, 'detection-runs-process.ts');
  const text = execFileSync(process.execPath, [file, JSON.stringify(ask)], { encoding: 'utf8' });
  return JSON.parse(text) as DetectionRunReport;
}
