/**
 * What an export says about its own completeness. None of these makes an interval covered: the
 * vendor's own count is all that they compare with.
 */
export type Completeness = {
  readonly kind:
    /** Results that the query announced are missing, or the file ends early. */
    | 'cut-off'
    /** As many rows as the tool gives at most: there may be more. */
    | 'at-limit'
    /** The vendor said that more pages exist. */
    | 'more-pages'
    /** The vendor's search gave up (`ResultIndex=-1`, `ResultCount=0`). */
    | 'timeout'
    /** A well-formed export without a single record. */
    | 'empty'
    /** Every result that each query announced is here. */
    | 'whole'
    /** The file holds no statement about its completeness. */
    | 'nothing-said';
  /** One sentence for people. */
  readonly detail: string;
};

/** Counts `ResultIndex` and `ResultCount` of one document, whatever the order of its rows. */
export class PageTally {
  add(_resultIndex: number, _resultCount: number): void {}

  /** All that is known about the completeness of a document of `records` records; never empty. */
  conclude(_document: {
    readonly said: readonly Completeness[];
    readonly records: number;
  }): readonly Completeness[] {
    return [];
  }
}
