import type { SpanForm } from './chunk.ts';
import type { Completeness } from './completeness.ts';

/** The part of a document's text that is in memory: `bytes[0, end)`. */
export type TextWindow = {
  /** A Buffer, because its `indexOf` is by far the fastest search. */
  bytes: Buffer<ArrayBuffer>;
  end: number;
  /** The offset of `bytes[0]` in the text. */
  base: number;
  /** Nothing follows `end`. */
  isLast: boolean;
};

export type Frame =
  /** `[start, end)` of the window is one record. */
  | 'record'
  /** `[rejectFrom, rejectTo)` of the text cannot be read, because of `reason`. */
  | 'reject'
  /** More bytes are needed. */
  | 'more'
  /** The text is at its end. */
  | 'end';

/**
 * Separates records. A framer only reads; the splitter owns the window. The result MUST NOT depend
 * on how the text was split into windows.
 */
export interface Framer {
  /** How records are read from here on. A new object whenever that changes. */
  readonly form: FrameForm;
  readonly start: number;
  readonly end: number;
  readonly rejectFrom: number;
  readonly rejectTo: number;
  readonly reason: string;
  /** What the text so far states about the completeness of the document. */
  readonly completeness: readonly Completeness[];
  next(window: TextWindow): Frame;
  /** Bytes of the window before this are no longer needed. */
  keepFrom(): number;
  /** The first `count` bytes of the window were dropped. */
  dropped(count: number): void;
}

export type FrameForm = {
  readonly form: SpanForm;
  readonly columns: readonly string[];
  readonly delimiter: number;
};
