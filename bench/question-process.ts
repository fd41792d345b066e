import { systemClock } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import { ErasureIndex } from '../apps/countersign/src/projection/entries/erasure-index.ts';
import { EventBuilder } from '../apps/countersign/src/projection/event-builder.ts';
import { headOf } from '../apps/countersign/src/store/reading/ledger-head.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { DEFAULTS } from './generator.ts';
import { people } from './synthetic/company.ts';

/**
 * Questions to a data folder that is open, as `serve` or an analysis asks them: another person and
 * day each time. Prints the milliseconds of each, the first ones included.
 *
 *   node bench/question-process.ts DIR days TIMES
 */
const DAY_MS = 86_400_000;
const FIRST_PERSON = 40;

async function days(dir: string, times: number): Promise<number[]> {
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir, { clock: systemClock });
  const head = await headOf(ledger, store);
  const erasures = await ErasureIndex.read({ store, reader: ledger, dir });
  const everybody = people(DEFAULTS.users, DEFAULTS.seed);
  const took: number[] = [];
  for (let run = 0; run < times; run++) {
    const fromMs = DEFAULTS.fromMs + (3 + (run % 20)) * DAY_MS;
    const user = String(everybody[FIRST_PERSON + run]?.upn);
    const started = performance.now();
    const filter = {
      ...{ user, tenant: undefined, fromMs, toMs: fromMs + DAY_MS },
      isSubject: (...of: Parameters<typeof erasures.isSubject>) => erasures.isSubject(...of),
    };
    const { rows } = await store.timeline(filter, head);
    let count = 0;
    for await (const event of new EventBuilder(ledger).ofRows(rows, erasures)) {
      if (JSON.stringify(event) !== '') count += 1;
    }
    took.push(performance.now() - started);
    if (count === 0) throw new Error(`nothing was found of ${user}`);
  }
  store.close();
  ledger.close();
  return took;
}

const [dir = '', what, times] = process.argv.slice(2);
if (what !== 'days') throw new Error(`there are no questions about ${what}`);
process.stdout.write(JSON.stringify(await days(dir, Number(times))));
