import { recordJson } from '../../../feeds/delivery/record-json.ts';
import type { FeedRecord } from '../../../feeds/feed-record.ts';

/** Records are sent in chunks of about this size, because each chunk costs a system call. */
const CHUNK_CHARACTERS = 64 * 1024;

const NDJSON_TYPE = 'application/x-ndjson';
const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** How a stream writes its records. */
export type StreamForm = {
  readonly contentType: string;
  readonly opening: string;
  readonly record: (record: FeedRecord) => string;
  readonly closing: (because: string) => string;
};

export const NDJSON: StreamForm = {
  contentType: NDJSON_TYPE,
  opening: '',
  record: (record) => `${jsonOf(record)}\n`,
  closing: (because) => `${JSON.stringify({ kind: 'end', because })}\n`,
};

/**
 * Server-sent events (WHATWG HTML, section 9.2). The id is the index up to which the stream is
 * whole, so that a client resumes behind it. Marks are the keep-alive, as events with an id.
 */
export const EVENT_STREAM: StreamForm = {
  contentType: EVENT_STREAM_TYPE,
  opening: 'retry: 3000\n\n',
  record: (record) => `id: ${record.index}\nevent: ${record.kind}\ndata: ${jsonOf(record)}\n\n`,
  closing: (because) => `event: end\ndata: ${JSON.stringify({ kind: 'end', because })}\n\n`,
};

/** Streams that send the same record serialize it once. */
function jsonOf(record: FeedRecord): string {
  return record.kind === 'mark' ? JSON.stringify(record) : recordJson(record);
}

export type StreamOptions = {
  readonly records: AsyncIterator<FeedRecord>;
  readonly form: StreamForm;
  readonly redact: (record: FeedRecord) => FeedRecord;
  /** Why the stream ends before its records do; undefined: it goes on. Asked at each mark. */
  readonly endsBecause: () => string | undefined;
  /** Called once, however the stream ends. */
  readonly ended: () => void;
};

/**
 * The body of a stream. It reads records only as its reader takes them, so that a slow reader costs
 * no memory, and misses nothing: it gets the rest later, or resumes.
 */
export function streamBody(options: StreamOptions): ReadableStream<Uint8Array> {
  const { records, form, redact, endsBecause } = options;
  const encoder = new TextEncoder();
  let opening = form.opening;
  let isEnded = false;
  const end = async (): Promise<void> => {
    if (isEnded) return;
    isEnded = true;
    options.ended();
    await records.return?.();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (opening !== '') {
          // At once, so that a client knows that the stream is open.
          controller.enqueue(encoder.encode(opening));
          opening = '';
          return;
        }
        let chunk = '';
        try {
          while (chunk.length < CHUNK_CHARACTERS) {
            const { done, value } = await records.next();
            if (done === true) {
              if (chunk !== '') controller.enqueue(encoder.encode(chunk));
              controller.close();
              await end();
              return;
            }
            chunk += form.record(redact(value));
            if (value.kind !== 'mark') continue;
            const because = endsBecause();
            if (because === undefined) break;
            controller.enqueue(encoder.encode(chunk + form.closing(because)));
            controller.close();
            await end();
            return;
          }
          controller.enqueue(encoder.encode(chunk));
        } catch (error) {
          await end();
          throw error;
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
