import { PART_COUNT, PART_SHIFT, RECORD_WORDS } from './key-format.ts';

const DIGIT_BITS = 11;
const DIGIT_COUNT = 2 ** DIGIT_BITS;
const DIGIT_MASK = DIGIT_COUNT - 1;

/**
 * Yields the records of an unsorted table, part by part and in order.
 *
 * The records of one part are first copied together, so that sorting and copying them happens
 * within the processor's cache. The buffer that a callback gets is reused for the next part.
 */
export function sortByParts(
  words: Uint32Array,
  rowCount: number,
  take: (sorted: { words: Uint32Array; rows: Uint32Array }) => void,
): void {
  const rowsByPart = groupByPart(words, rowCount);
  const room = Math.max(...rowsByPart.map((rows) => rows.length));
  const gathered = new Uint32Array(room * RECORD_WORDS);
  for (const rows of rowsByPart) {
    for (let i = 0; i < rows.length; i++) {
      copyRecord(words, (rows[i] as number) * RECORD_WORDS, gathered, i * RECORD_WORDS);
    }
    take({ words: gathered, rows: sortedRows(gathered, rows.length) });
  }
}

/** The number of records of an unsorted table in each part. */
export function countByPart(words: Uint32Array, rowCount: number): number[] {
  const counts = new Array<number>(PART_COUNT).fill(0);
  for (let row = 0; row < rowCount; row++) {
    const part = (words[row * RECORD_WORDS] as number) >>> PART_SHIFT;
    counts[part] = (counts[part] as number) + 1;
  }
  return counts;
}

/**
 * The rows of an unsorted table in record order. Three counting passes sort by word 0. Then rows
 * with an equal word 0 are sorted by the other words.
 */
function sortedRows(words: Uint32Array, rowCount: number): Uint32Array {
  let rows = new Uint32Array(rowCount);
  let keys = new Uint32Array(rowCount);
  let rowsNext = new Uint32Array(rowCount);
  let keysNext = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    rows[row] = row;
    keys[row] = words[row * RECORD_WORDS] as number;
  }
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    countingPass(keys, rows, keysNext, rowsNext, shift);
    [keys, keysNext] = [keysNext, keys];
    [rows, rowsNext] = [rowsNext, rows];
  }
  orderEqualFirstWords(words, keys, rows);
  return rows;
}

export function copyRecord(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number): void {
  to[toAt] = from[fromAt] as number;
  to[toAt + 1] = from[fromAt + 1] as number;
  to[toAt + 2] = from[fromAt + 2] as number;
  to[toAt + 3] = from[fromAt + 3] as number;
  to[toAt + 4] = from[fromAt + 4] as number;
  to[toAt + 5] = from[fromAt + 5] as number;
  to[toAt + 6] = from[fromAt + 6] as number;
  to[toAt + 7] = from[fromAt + 7] as number;
}

/**
 * Returns a negative, zero or positive number if the record at `a` (in words) sorts before, equal
 * to or after `b`.
 */
export function compareRecords(
  wordsA: Uint32Array,
  a: number,
  wordsB: Uint32Array,
  b: number,
): number {
  const first = (wordsA[a] as number) - (wordsB[b] as number);
  if (first !== 0) return first;
  for (let word = 1; word < RECORD_WORDS; word++) {
    const difference = (wordsA[a + word] as number) - (wordsB[b + word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function groupByPart(words: Uint32Array, rowCount: number): Uint32Array[] {
  const groups = countByPart(words, rowCount).map((count) => new Uint32Array(count));
  const used = new Uint32Array(PART_COUNT);
  for (let row = 0; row < rowCount; row++) {
    const part = (words[row * RECORD_WORDS] as number) >>> PART_SHIFT;
    const to = used[part] as number;
    used[part] = to + 1;
    (groups[part] as Uint32Array)[to] = row;
  }
  return groups;
}

function countingPass(
  keys: Uint32Array,
  rows: Uint32Array,
  keysNext: Uint32Array,
  rowsNext: Uint32Array,
  shift: number,
): void {
  const starts = new Uint32Array(DIGIT_COUNT);
  const count = keys.length;
  for (let i = 0; i < count; i++) {
    const digit = ((keys[i] as number) >>> shift) & DIGIT_MASK;
    starts[digit] = (starts[digit] as number) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit < DIGIT_COUNT; digit++) {
    const size = starts[digit] as number;
    starts[digit] = sum;
    sum += size;
  }
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    const digit = (key >>> shift) & DIGIT_MASK;
    const to = starts[digit] as number;
    starts[digit] = to + 1;
    keysNext[to] = key;
    rowsNext[to] = rows[i] as number;
  }
}

/**
 * Groups have one row, except for an action that was delivered many times, in the worst case a
 * million.
 */
function orderEqualFirstWords(words: Uint32Array, keys: Uint32Array, rows: Uint32Array): void {
  let start = 0;
  for (let end = 1; end <= rows.length; end++) {
    if (end < rows.length && keys[end] === keys[start]) continue;
    if (end - start > 1) {
      rows
        .subarray(start, end)
        .sort((a, b) => compareRecords(words, a * RECORD_WORDS, words, b * RECORD_WORDS));
    }
    start = end;
  }
}
