import { systemClock } from '@countersign/core';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';

/** Runs in its own process: compacts the store of a data folder to one file per day. */
const [dir = ''] = process.argv.slice(2);
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const writer = await openLedgerWriter({ dir, clock: systemClock, random, acceptFork: 'accept' });
await writer.store.compact({ partitionRowsMin: 1, stepRowsMax: 2_000 });
await closeWriter(writer);
