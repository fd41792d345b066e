import type { Binding, OwnValues } from './binding.ts';
import type { WriterValues } from './writer-options.ts';

/** A command line as an operation with its input. */
export type BoundCall = {
  readonly binding: Binding;
  /** As given on the command line, by member. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Validated. */
  readonly input: object;
  readonly own: OwnValues;
  readonly writer: WriterValues;
};
