import type { Tracer } from '../../tracing/tracer.ts';
import type { Sink } from './sink.ts';

/** A sink whose batches are spans. Requests of a batch can state its span to the receiver. */
export function tracedSink(sink: Sink, feed: string, tracer: Tracer): Sink {
  return {
    proof: sink.proof,
    batchMax: sink.batchMax,
    batchesInFlightMax: sink.batchesInFlightMax,
    async send(records, signal) {
      const attributes = { feed, records: records.length, from: records[0]?.index ?? -1 };
      const span = tracer.begin('feed batch', { kind: 'producer', attributes });
      try {
        const result = await tracer.within(span.context, () => sink.send(records, signal));
        span.end({ refused: result.refused.length });
        return result;
      } catch (error) {
        span.end({}, 'error');
        throw error;
      }
    },
    ...(sink.checkConnection && { checkConnection: () => sink.checkConnection?.() ?? NONE }),
    close: () => sink.close(),
  };
}

const NONE = { unsettledFrom: undefined };
