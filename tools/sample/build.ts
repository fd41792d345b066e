import { company } from './company.ts';
import { type Life, liveOrdinaryDays, playUnusualDays } from './days.ts';
import { type ExportFile, exportFiles } from './exports.ts';
import { playHousekeeping } from './housekeeping.ts';
import { intrusion } from './intrusion.ts';
import { Journal } from './journal.ts';
import { Mailboxes } from './mail.ts';
import { type PolicyFile, policyFiles } from './policy-files.ts';
import { SeededRandom } from './random.ts';

/** Another seed gives another company; `content/sample/README.md` describes this one. */
const SAMPLE_SEED = 20_260_302;

export type Sample = {
  readonly exports: readonly ExportFile[];
  readonly policyFiles: readonly PolicyFile[];
};

export function buildSample(): Sample {
  const random = new SeededRandom(SAMPLE_SEED);
  const journal = new Journal();
  const life: Life = { journal, random, company: company(random), mail: new Mailboxes(random) };
  const { night } = intrusion(life);
  liveOrdinaryDays(life, night);
  playUnusualDays(life);
  playHousekeeping(life);
  return { exports: exportFiles(journal), policyFiles: policyFiles(life.company) };
}
