import { setTimeout as waitMs } from 'node:timers/promises';
import type { Delivery, RefusedRecord, SendResult, Sink } from '../../delivery/sink.ts';
import { SinkError } from '../../delivery/sink.ts';
import { kafkaFailure, refusalOfRecords } from './kafka-failure.ts';
import { frameBytesOf, type KafkaMessage, type KafkaTopics, messagesOf } from './kafka-message.ts';
import {
  checkBrokers,
  type KafkaAddress,
  openProducer,
  type TextProducer,
} from './kafka-producer.ts';
import {
  CLOSE_TIMEOUT_MS,
  FRAME_BYTES_MAX,
  KAFKA_BATCH_BYTES,
  KAFKA_BATCH_RECORDS,
} from './limits.ts';

export type KafkaSinkOptions = {
  readonly address: KafkaAddress;
  readonly topics: KafkaTopics;
  /** The largest frame that the topics accept. Default {@link FRAME_BYTES_MAX}. */
  readonly frameBytesMax?: number;
};

/**
 * Produces to Apache Kafka or Azure Event Hubs.
 *
 * The proof is `indexed`: with acks=all the answer means that all in-sync replicas have the
 * records, and that consumers can read them. Idempotence ends with the producer's session, so after
 * a failure or a restart some records arrive twice: consumers drop them by `cs-id`.
 */
export class KafkaSink implements Sink {
  readonly proof = 'indexed';
  readonly batchMax: Sink['batchMax'] = { records: KAFKA_BATCH_RECORDS, bytes: KAFKA_BATCH_BYTES };
  /** A later batch must not pass an earlier one that is repeated. */
  readonly batchesInFlightMax = 1;
  readonly #options: KafkaSinkOptions;
  #producer: TextProducer | undefined;
  /** The cluster names only configured brokers. */
  #checked = false;

  constructor(options: KafkaSinkOptions) {
    this.#options = options;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    const refused: RefusedRecord[] = [];
    try {
      const producer = await unlessAborted(this.#open(), signal);
      for (const frame of framesOf(records, this.#options, refused)) {
        await unlessAborted(sendFrame(producer, frame, refused), signal);
      }
    } catch (error) {
      // The state of the session is unknown, so it is not used again.
      await this.close();
      throw error instanceof SinkError ? error : kafkaFailure(error);
    }
    // An erasure goes to all topics, and each may refuse it.
    return { refused: [...new Map(refused.map((each) => [each.index, each])).values()] };
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#checked = false;
    // A connection that failed may also fail to close, or not end. It is not used again.
    await Promise.race([
      producer?.close(true).catch(() => {}),
      waitMs(CLOSE_TIMEOUT_MS, undefined, { ref: false }),
    ]);
  }

  async #open(): Promise<TextProducer> {
    this.#producer ??= await openProducer(this.#options.address);
    if (!this.#checked) await checkBrokers(this.#producer, this.#options.address);
    this.#checked = true;
    return this.#producer;
  }
}

type FrameMessage = { readonly index: number; readonly message: KafkaMessage };
type Frame = readonly FrameMessage[];

/** A record that is larger than a frame is refused. */
function* framesOf(
  records: readonly Delivery[],
  { topics, frameBytesMax = FRAME_BYTES_MAX }: KafkaSinkOptions,
  refused: RefusedRecord[],
): Iterable<Frame> {
  let frame: FrameMessage[] = [];
  let bytes = 0;
  for (const record of records) {
    for (const message of messagesOf(record, topics)) {
      const size = frameBytesOf(message);
      if (size > frameBytesMax) {
        const because = `it has ${size} bytes, and a frame may have ${frameBytesMax}`;
        refused.push({ index: record.index, because });
        continue;
      }
      if (bytes + size > frameBytesMax) {
        yield frame;
        frame = [];
        bytes = 0;
      }
      frame.push({ index: record.index, message });
      bytes += size;
    }
  }
  if (frame.length > 0) yield frame;
}

/** Halves a frame that the broker refuses, until the records are found that it refuses. */
async function sendFrame(
  producer: TextProducer,
  frame: Frame,
  refused: RefusedRecord[],
): Promise<void> {
  try {
    await producer.send({ messages: frame.map(({ message }) => ({ ...message })) });
  } catch (error) {
    const code = refusalOfRecords(error);
    if (code === undefined) throw error;
    const [only] = frame;
    if (only === undefined || frame.length > 1) {
      const middle = frame.length >> 1;
      await sendFrame(producer, frame.slice(0, middle), refused);
      await sendFrame(producer, frame.slice(middle), refused);
    } else {
      refused.push({ index: only.index, because: `the broker answered ${code}` });
    }
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new SinkError('UNAVAILABLE', 'the feed stops'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
    work.catch(() => {});
    aborted.catch(() => {});
  }
}
