import { randomInt } from 'node:crypto';
import { QUIET_FORMS, quietTime, unaccountedIn, wrongIn } from './detection/quiet-time.ts';
import type { Benchmark, Figure } from './harness.ts';

/**
 * Days without an attack: wrong findings, and actions that reconciliation leaves unexplained. The
 * long form is a month of 10,000 people with a tenth of an office worker's activity, and takes more
 * than an hour.
 */
export const run: Benchmark = async ({ form, size, folder, log }) => {
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? randomInt(1, 2 ** 31));
  const quietForm = QUIET_FORMS[form];
  const people = size ?? quietForm.people;
  log(`seed ${seed}, ${people} people, ${quietForm.days} days`);
  const began = performance.now();
  const quiet = await quietTime({ seed, ...quietForm, people }, folder, log);
  for (const { finding } of wrongIn(quiet)) log(`${finding.rule}: ${finding.title}`);
  const { actions, residual } = quiet.reconciled;
  const figure = (name: string, unit: string, value: number): Figure => {
    return { name, unit, values: [value] };
  };
  const wrong = wrongIn(quiet).length;
  return [
    figure('findings of medium or higher', '', wrong),
    figure('the same per 10,000 people and day', '', (wrong / quiet.personDays) * 10_000),
    figure('records', '', quiet.records),
    figure('actions reconciled', '', actions),
    figure('of them unaccounted', '', unaccountedIn(quiet)),
    figure('unexplained, by day and workload', '', residual.length),
    figure('generated, imported and analyzed', 'min', (performance.now() - began) / 60_000),
    figure('memory at most', 'MiB', process.resourceUsage().maxRSS / 1024),
  ];
};
