import type { SourceId } from '@countersign/core';

/** A matching record, as delivered. */
export type MatchedRecord = {
  readonly tenant: string;
  readonly source: SourceId;
  readonly availableMs: number;
  readonly body: Uint8Array;
};

/** Finds records that contain one of a few texts: cheap enough for every record. */
export class TextMatcher {
  readonly #texts: readonly Buffer[];

  /** Plain ASCII: no service writes it in another JSON spelling. */
  constructor(texts: readonly string[]) {
    this.#texts = texts.map((text) => Buffer.from(text, 'latin1'));
  }

  hears(body: Uint8Array): boolean {
    if (this.#texts.length === 0) return false;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.#texts.some((text) => bytes.includes(text));
  }
}
