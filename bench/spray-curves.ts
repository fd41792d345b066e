import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCurves } from './detection/document.ts';
import { SPRAY_FORMS, sprayCurves } from './detection/spray-curves.ts';
import { type Benchmark, machineLine, ROOT } from './harness.ts';

/**
 * Writes only the spray curves, into their section of docs/detection.md. `detection` also measures
 * them, but takes far longer. Each point has as many seeds as `--runs` states. Seeds are drawn at
 * run time; `COUNTERSIGN_SEED` repeats them.
 */
export const run: Benchmark = async (options) => {
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? randomInt(1, 2 ** 31));
  const of = { ...SPRAY_FORMS[options.form], seed, seeds: options.runs };
  const curves = await sprayCurves(options, of);
  const path = join(ROOT, 'docs/detection.md');
  const sprayed = { ...of, form: options.form, machine: machineLine() };
  writeFileSync(path, withCurves(readFileSync(path, 'utf8'), curves, sprayed));
  const total = (read: (point: (typeof curves)[number]) => number): number =>
    curves.reduce((sum, point) => sum + read(point), 0);
  return [
    { name: 'hits', unit: '', values: [total(({ hits }) => hits)] },
    { name: 'hits among the first 20', unit: '', values: [total(({ ranked }) => ranked)] },
    { name: 'hits told', unit: '', values: [total(({ reportedHits }) => reportedHits)] },
    {
      name: 'findings about people without a hit',
      unit: '',
      values: [total(({ falseReports }) => falseReports)],
    },
  ];
};
