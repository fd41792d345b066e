import type { SpanForm } from './chunk.ts';
import type { Completeness } from './completeness.ts';

/** The stretch of a document's text that is in memory: `bytes[0, end)`. */
export type TextWindow = {
  /** A Buffer, since its `indexOf` is by far the fastest search. */
  bytes: Buffer<ArrayBuffer>;
  end: number;
  /** Place of `bytes[0]` in the text. */
  base: number;
  /** Nothing comes after `end`. */
  isLast: boolean;
};

export type Frame =
  /** `[start, end)` of the window is one record. */
  | 'record'
  /** `[rejectFrom, rejectTo)` of the text cannot be read, since `reason`. */
  | 'reject'
  /** Nothing more can be said before more bytes have come. */
  | 'more'
  /** The text is at its end. */
  | 'end';

/**
 * Tells records apart. A framer only looks; the splitter owns the window. What a framer finds MUST
 * NOT depend on where the text was cut into windows.
 */
export interface Framer {
  /** How records are to be read from here on, a new object whenever that changes. */
  readonly form: FrameForm;
  readonly start: number;
  readonly end: number;
  readonly rejectFrom: number;
  readonly rejectTo: number;
  readonly reason: string;
  /** What the document's frame said about its completeness so far. */
  readonly said: readonly Completeness[];
  next(window: TextWindow): Frame;
  /** Bytes of the window before this are not needed any more. */
  keepFrom(): number;
  /** The first `count` bytes of the window were dropped. */
  dropped(count: number): void;
}

export type FrameForm = {
  readonly form: SpanForm;
  readonly columns: readonly string[];
  readonly delimiter: number;
};
