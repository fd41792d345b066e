import { systemClock } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import { ErasureIndex } from '../apps/countersign/src/projection/entries/erasure-index.ts';
import { EventBuilder } from '../apps/countersign/src/projection/event-builder.ts';
import { headOf } from '../apps/countersign/src/store/reading/ledger-head.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { type PersonDay, personDays } from './user-day.ts';

/**
 * Queries an open data folder, like `serve` or an analysis: another person and day each time.
 * Prints the milliseconds of each, including the first ones.
 *
 *   node bench/user-day-process.ts DIR COUNT TIMES
 */
async function timesOf(dir: string, days: readonly PersonDay[]): Promise<number[]> {
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir, { clock: systemClock });
  const head = await headOf(ledger, store);
  const erasures = await ErasureIndex.read({ store, reader: ledger, dir });
  const took: number[] = [];
  for (const { user, fromMs, toMs } of days) {
    const started = performance.now();
    const filter = {
      ...{ user, tenant: undefined, fromMs, toMs },
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

const [dir = '', count, times] = process.argv.slice(2);
const days = personDays(Number(count), Number(times));
process.stdout.write(JSON.stringify(await timesOf(dir, days)));
