import type { TestEvent } from 'node:test/reporters';

/** A reporter of node:test that writes the totals of a run as one line of JSON. */
export default async function* countsReporter(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { passed, skipped, todo, tests } = event.data.counts;
    const skippedAll = skipped + todo;
    yield `${JSON.stringify({ passed, failed: tests - passed - skippedAll, skipped: skippedAll })}\n`;
  }
}
