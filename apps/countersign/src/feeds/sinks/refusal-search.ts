import { type RefusedRecord, SinkError } from '../delivery/sink.ts';
import type { EncodedRecord } from './split-batch.ts';

/** The answer of a receiver to one request. */
export type BatchOutcome =
  | { readonly kind: 'taken' }
  | {
      /** At least one record of the request will never be taken, and the receiver kept none. */
      readonly kind: 'refused';
      readonly because: string;
      /** Positions in the request that the receiver probably means. */
      readonly suspects: readonly number[];
    };

/** Sends one request. @throws SinkError if it is not known whether the receiver has the records */
export type AttemptBatch = (records: readonly EncodedRecord[]) => Promise<BatchOutcome>;

/**
 * After this many refused records and no taken one, the fault is not in the records. More would end
 * in quarantine one by one, while a person has to change the configuration.
 */
export const REFUSED_WITHOUT_TAKEN_MAX = 20;

/**
 * Delivers a batch, and finds the records that the receiver refuses for ever: first those that it
 * names, else by halves. All others are delivered in order.
 *
 * @throws SinkError of an attempt; MISCONFIGURED if the receiver refuses everything
 */
export async function deliverWithoutRefused(
  records: readonly EncodedRecord[],
  attempt: AttemptBatch,
): Promise<readonly RefusedRecord[]> {
  const refused: RefusedRecord[] = [];
  let hasTaken = false;
  const pending: (readonly EncodedRecord[])[] = [records];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const [first] = part;
    if (first === undefined) continue;
    const outcome = await attempt(part);
    if (outcome.kind === 'taken') {
      hasTaken = true;
    } else if (part.length > 1) {
      pending.push(...divide(part, outcome.suspects).reverse());
    } else {
      refused.push({ index: first.index, because: outcome.because });
      if (!hasTaken && refused.length >= REFUSED_WITHOUT_TAKEN_MAX) {
        const what = `the receiver refused ${refused.length} records, and took none`;
        throw new SinkError('MISCONFIGURED', `${what}: ${outcome.because}`);
      }
    }
  }
  return refused;
}

/** In order. Each suspect is alone, because receivers differ in how they count. */
function divide(
  part: readonly EncodedRecord[],
  suspects: readonly number[],
): (readonly EncodedRecord[])[] {
  const known = suspects.filter((at) => Number.isInteger(at) && at >= 0 && at < part.length);
  if (known.length === 0) {
    const middle = Math.ceil(part.length / 2);
    return [part.slice(0, middle), part.slice(middle)];
  }
  const divided: (readonly EncodedRecord[])[] = [];
  let from = 0;
  for (const at of [...new Set(known)].sort((a, b) => a - b)) {
    divided.push(part.slice(from, at), part.slice(at, at + 1));
    from = at + 1;
  }
  divided.push(part.slice(from));
  return divided;
}
