import { plural } from '@countersign/core';
import { PAGE_TALLY_BYTES_MAX } from '../../../limits.ts';

/**
 * A statement of an export about its own completeness. None makes an interval covered: it compares
 * only with the vendor's own count.
 */
export type Completeness = {
  readonly kind: /** Results that the query announced are missing, or the file ends early. */
    | 'cut-off'
    /** The tool's maximum number of rows: there may be more. */
    | 'at-limit'
    /** The vendor stated that more pages exist. */
    | 'more-pages'
    /** The vendor's search timed out (`ResultIndex=-1`, `ResultCount=0`). */
    | 'timeout'
    /** A well-formed export without a record. */
    | 'empty'
    /** Every result that each query announced is present. */
    | 'whole'
    /** The file has no statement about its completeness. */
    | 'nothing-said';
  /** One sentence for people. */
  readonly detail: string;
};

/**
 * Row limits of tools: the cmdlet's default page, its largest page, a whole session, and the
 * portal's export.
 */
const ROW_LIMITS: ReadonlyMap<number, string> = new Map([
  [100, 'the default page of Search-UnifiedAuditLog'],
  [5_000, 'the largest page of Search-UnifiedAuditLog'],
  [50_000, "the most that a search session or the portal's export gives"],
]);

/** `ResultCount` ends at 50,000. Larger numbers are not result counts. */
const RESULT_COUNT_MAX = 1_000_000;

/**
 * Counts `ResultIndex` and `ResultCount` of one document, in any row order. Distinguishes queries
 * by their count: a file of several windows holds each index of each.
 */
export class PageTally {
  #timeouts = 0;
  #isTooMuch = false;
  #bytes = 0;
  /** By `ResultCount`: how often each index occurs. */
  readonly #seen = new Map<number, Uint16Array>();

  add(resultIndex: number, resultCount: number): void {
    if (resultIndex === -1 || resultCount === 0) {
      this.#timeouts++;
      return;
    }
    if (resultIndex < 1 || resultIndex > resultCount || resultCount > RESULT_COUNT_MAX) return;
    const seen = this.#seen.get(resultCount) ?? this.#start(resultCount);
    if (seen === undefined) return;
    const times = seen[resultIndex - 1] as number;
    if (times < 0xffff) seen[resultIndex - 1] = times + 1;
  }

  /** Everything known about the completeness of a document of `records` records; never empty. */
  conclude(document: {
    readonly completeness: readonly Completeness[];
    readonly records: number;
  }): readonly Completeness[] {
    const found = withoutRepeats(document.completeness);
    if (this.#timeouts > 0) found.push(timeout(this.#timeouts));
    const pages = this.#pages();
    if (pages !== undefined) found.push(pages);
    const limit = ROW_LIMITS.get(document.records);
    if (limit !== undefined) found.push(atLimit(document.records, limit));
    return found.length > 0 ? found : [NOTHING_SAID];
  }

  #start(resultCount: number): Uint16Array | undefined {
    this.#bytes += resultCount * 2;
    this.#isTooMuch ||= this.#bytes > PAGE_TALLY_BYTES_MAX;
    if (this.#isTooMuch) return undefined;
    const seen = new Uint16Array(resultCount);
    this.#seen.set(resultCount, seen);
    return seen;
  }

  #pages(): Completeness | undefined {
    if (this.#isTooMuch || this.#seen.size === 0) return undefined;
    let announced = 0;
    let missing = 0;
    for (const [resultCount, seen] of this.#seen) {
      const queries = seen.reduce((most, times) => Math.max(most, times), 0);
      announced += queries * resultCount;
      for (const times of seen) missing += queries - times;
    }
    return missing === 0 ? whole(announced) : cutOff(announced, missing);
  }
}

function withoutRepeats(statements: readonly Completeness[]): Completeness[] {
  return [...new Map(statements.map((one) => [one.detail, one])).values()];
}

function timeout(rows: number): Completeness {
  const times = rows === 1 ? 'once' : `${rows} times`;
  return {
    kind: 'timeout',
    detail:
      `the vendor's search failed ${times} (ResultIndex -1 or ResultCount 0): ` +
      'run the search again in smaller windows',
  };
}

function cutOff(announced: number, missing: number): Completeness {
  return {
    kind: 'cut-off',
    detail:
      `${missing} of ${plural(announced, 'result')} that the search announced ` +
      `${missing === 1 ? 'is' : 'are'} missing: ` +
      'the export was cut off or filtered',
  };
}

function whole(announced: number): Completeness {
  return { kind: 'whole', detail: `all ${announced} results that the search announced are here` };
}

function atLimit(records: number, limit: string): Completeness {
  return {
    kind: 'at-limit',
    detail:
      `exactly ${plural(records, 'record')}, ${limit}: ` +
      'there may be more that were not exported',
  };
}

const NOTHING_SAID: Completeness = {
  kind: 'nothing-said',
  detail: 'the file does not say whether it is complete',
};
