import { systemClock } from '../../src/core/index.ts';
import { closeWriter, openWriter } from '../../src/pipeline/index.ts';

/** Run as a process of its own: compacts the books of a data folder down to a file a day. */
const [dir = ''] = process.argv.slice(2);
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const writer = await openWriter({ dir, clock: systemClock, random, acceptFork: 'accept' });
await writer.books.compact({ partitionRowsMin: 1, stepRowsMax: 2_000 });
await closeWriter(writer);
