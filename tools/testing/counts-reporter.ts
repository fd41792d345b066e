import type { TestEvent } from 'node:test/reporters';

/** A node:test reporter that writes the totals of a run as one line of JSON. */
export default async function* countsReporter(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { passed, tests } = event.data.counts;
    const skipped = event.data.counts.skipped + event.data.counts.todo;
    yield `${JSON.stringify({ passed, failed: tests - passed - skipped, skipped })}\n`;
  }
}
