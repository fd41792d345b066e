import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDetection } from '../apps/countersign/src/operations/host/load-detectors.ts';
import { type DetectionMeasurement, documentOf } from './detection/document.ts';
import { quietMail } from './detection/quiet-mail.ts';
import { QUIET_FORMS, quietTime, unaccountedIn } from './detection/quiet-time.ts';
import { runScenarios, type ScenarioRun } from './detection/scenario-runs.ts';
import { SPRAY_FORMS, sprayCurves } from './detection/spray-curves.ts';
import { Tally } from './detection/tally.ts';
import { type Benchmark, type BenchOptions, type Figure, machineLine, ROOT } from './harness.ts';

/** The size of each form. The short one stays below five minutes on an idle machine. */
const FORMS = {
  short: {
    ...{ seeds: 12, lifeDays: 0 },
    quiet: QUIET_FORMS.short,
    mail: { people: 60, weeks: 2 },
    spray: SPRAY_FORMS.short,
  },
  long: {
    ...{ seeds: 10, lifeDays: 5 },
    quiet: QUIET_FORMS.long,
    mail: { people: 400, weeks: 4 },
    spray: SPRAY_FORMS.long,
  },
} as const;

/**
 * Recall and false findings of every detector, measured with the emulator. Seeds are drawn at run
 * time, so that nothing can be tuned to them. They are printed, and `COUNTERSIGN_SEED` repeats
 * them.
 */
export const run: Benchmark = async (options) => {
  const form = FORMS[options.form];
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? randomInt(1, 2 ** 31));
  options.log(`seeds from ${seed}`);
  const titles = await titlesOf();
  const tally = new Tally(titles);
  const runs = await scenarioRuns(options, { seed, ...form, tally });
  const quiet = new Tally(titles);
  const quietly = await quietTime({ seed, ...form.quiet }, options.folder, options.log);
  quiet.countWrong(quietly.findings);
  quiet.personDays += quietly.personDays;
  const mail = await quietMail({ seed, ...form.mail }, options.folder);
  const curves = await sprayCurves(options, { seed, ...form.spray });
  const measured: DetectionMeasurement = {
    ...{ form: options.form, seed, machine: machineLine(), runs, mail, curves },
    lines: tally.lines(),
    personDays: tally.personDays,
    quiet: {
      ...{ ...form.quiet, lines: quiet.lines(), records: quietly.records },
      actions: quietly.reconciled.actions,
      unaccounted: unaccountedIn(quietly),
      unexplained: quietly.reconciled.residual.length,
    },
    sprayed: { ...form.spray, form: options.form, seed, machine: machineLine() },
  };
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(join(ROOT, 'docs/detection.md'), documentOf(measured));
  return figuresOf(measured);
};

async function titlesOf(): Promise<Map<string, string>> {
  const { content } = await loadDetection();
  return new Map([...content.sayings].map(([rule, { document }]) => [rule, document.title]));
}

async function scenarioRuns(
  { folder, log }: BenchOptions,
  of: {
    readonly seed: number;
    readonly seeds: number;
    readonly lifeDays: number;
    readonly tally: Tally;
  },
): Promise<ScenarioRun[]> {
  const runs: ScenarioRun[] = [];
  for (let at = 0; at < of.seeds; at++) {
    for (const one of await runScenarios(of.seed + at, of.lifeDays, folder, of.tally)) {
      log(`${one.name}: found ${one.found.join(', ') || 'nothing'} of ${one.used.join(', ')}`);
      runs.push(one);
    }
  }
  return runs;
}

function figuresOf({ runs, quiet, curves }: DetectionMeasurement): Figure[] {
  const wrong = quiet.lines.reduce((n, line) => n + line.wrong, 0);
  const found = runs.filter((one) => one.found.length > 0).length;
  const [slow] = curves;
  return [
    { name: 'scenarios found', unit: '%', values: [(found / runs.length) * 100] },
    {
      name: 'quiet: wrong findings per 10,000 people and day',
      unit: '',
      values: [(wrong / (quiet.people * quiet.days)) * 10_000],
    },
    {
      name: 'slow spray: all hits among the first 20',
      unit: '% of seeds',
      values: slow === undefined ? [] : [(slow.whole / slow.seeds) * 100],
    },
  ];
}
