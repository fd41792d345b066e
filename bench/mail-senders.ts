import { randomInt } from 'node:crypto';
import { quietMail } from './detection/quiet-mail.ts';
import type { Benchmark } from './harness.ts';

/** What the short form takes a minute for; the long one some, for rates of rare things. */
const FORMS = { short: { people: 60, weeks: 2 }, long: { people: 400, weeks: 4 } } as const;

/** Wrong findings about who writes, in quiet weeks; by themselves, since `detection` takes long. */
export const run: Benchmark = async ({ form, size, folder, log }) => {
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? randomInt(1, 2 ** 31));
  log(`seed ${seed}`);
  const { people, weeks } = FORMS[form];
  const measured = await quietMail({ seed, people: size ?? people, weeks }, folder);
  log(`${measured.inbound} messages came in, ${measured.files} were handed in`);
  return measured.lines.flatMap(({ rule, informational, low, medium }) => {
    const name = (of: string): string => `${rule}: wrong per 1,000 people and week, ${of}`;
    return [
      { name: name('informational'), unit: '', values: [informational] },
      { name: name('low'), unit: '', values: [low] },
      { name: name('medium or higher'), unit: '', values: [medium] },
    ];
  });
};
