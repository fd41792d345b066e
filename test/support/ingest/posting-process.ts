import { systemClock, systemRandom } from '@countersign/core';
import { readInputs } from '@countersign/m365';
import { IngestPipeline } from '../../../apps/countersign/src/ingest/pipeline/ingest-pipeline.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';

/**
 * Imports a file with many small posts and merges beside the reading, as in the middle of a large
 * import: posting-process.ts DATA FILE
 */
const [dir = '', path = ''] = process.argv.slice(2);
const limits = { rowsPerPost: 400, redeliveriesTogether: 100 };
const context = { importNumber: 0, tenant: undefined };

const clock = systemClock;
const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
const pipeline = new IngestPipeline(writer, { workers: 2, limits });
try {
  const events = readInputs([{ kind: 'path', path }], { chunkBytes: 64 * 1024 });
  for await (const event of events) {
    if (event.kind !== 'chunk') continue;
    await pipeline.feed(event.chunk, context, { outcome: () => {} });
  }
  await pipeline.post();
} finally {
  await pipeline.stop();
  await closeWriter(writer);
}
