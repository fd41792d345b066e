import assert from 'node:assert/strict';
import { createParser } from 'eventsource-parser';

export type StreamEvent = {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
};

/** The service answered, and not with a stream. */
export class RefusedStream extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`status ${status}: ${body}`);
    this.status = status;
  }
}

/**
 * The events of a stream, until it ends or the signal is aborted.
 *
 * @throws RefusedStream
 */
export async function* eventsOf(
  url: string,
  token: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const accept = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const response = await fetch(url, { headers: { ...accept, ...headers }, signal: signal ?? null });
  if (response.status !== 200) throw new RefusedStream(response.status, await response.text());
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const found: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event = '', data }) => void found.push({ id, event, data }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* found.splice(0);
  }
}
