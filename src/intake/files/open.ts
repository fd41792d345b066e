import type { ReaderEvent } from './chunk.ts';

/** What `import` was given: a file, a folder (read in sorted order), or standard input. */
export type Input =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'stream'; readonly bytes: AsyncIterable<Uint8Array> };

/** Bytes on disk of all inputs together, for progress; streams count as nothing. */
export async function inputBytes(_inputs: readonly Input[]): Promise<number> {
  return 0;
}

/** Reads all inputs, one after the other, in constant memory; a bad one never stops the rest. */
export async function* readInputs(
  _inputs: readonly Input[],
): AsyncGenerator<ReaderEvent, void, void> {}
