/** OCSF status_id. */
export const UNKNOWN = 0;
export const SUCCESS = 1;
export const FAILURE = 2;
export const OTHER = 99;

const STATUS_OF_WORD: ReadonlyMap<string, number> = new Map([
  ['success', SUCCESS],
  ['succeeded', SUCCESS],
  ['true', SUCCESS],
  ['ok', SUCCESS],
  ['completed', SUCCESS],
  ['succes', SUCCESS],
  ['0', SUCCESS],
  ['failure', FAILURE],
  ['failed', FAILURE],
  ['fail', FAILURE],
  ['false', FAILURE],
  ['error', FAILURE],
  ['denied', FAILURE],
  ['blocked', FAILURE],
  ['partiallysucceeded', OTHER],
  ['timeout', OTHER],
  ['interrupted', OTHER],
  ['clienterror', FAILURE],
  ['unknownfuturevalue', UNKNOWN],
]);

/** The outcome of a word: `Succeeded`, `True`, `failure`, …; 0 if it states none. */
export function outcomeOfWord(word: unknown): number {
  if (typeof word === 'boolean') return word ? SUCCESS : FAILURE;
  if (typeof word !== 'string' || word.length === 0 || word.length > 32) return UNKNOWN;
  return STATUS_OF_WORD.get(word) ?? STATUS_OF_WORD.get(word.trim().toLowerCase()) ?? UNKNOWN;
}
