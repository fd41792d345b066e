import type { TextPosition } from './policy.ts';

/**
 * The line and column of an offset in UTF-8 bytes; the start of the text if the offset is unknown.
 */
export function placeAt(
  { file, text }: { readonly file: string; readonly text: string },
  offsetBytes: number | undefined,
): TextPosition {
  const before = Buffer.from(text)
    .subarray(0, offsetBytes ?? 0)
    .toString('utf8')
    .split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The position of an offset in an excerpt that begins at `start`. */
export function placeWithin(
  start: TextPosition,
  text: string,
  offsetBytes: number | undefined,
): TextPosition {
  const { file, line, column } = start;
  const within = placeAt({ file, text }, offsetBytes);
  if (within.line === 1) return { file, line, column: column + within.column - 1 };
  return { file, line: line + within.line - 1, column: within.column };
}
