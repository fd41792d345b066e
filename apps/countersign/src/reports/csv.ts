/** What a cell of CSV can be made of; what JSON can say stands as its JSON. */
export type CsvCell = string | number | boolean | null | object;

/**
 * Cells that a spreadsheet takes for a formula, those in full width included (OWASP, "CSV
 * Injection").
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/** A number that was written as text, since JSON readers would round it. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * One line of RFC 4180, ending in CRLF. A text that starts like a formula gets an apostrophe in
 * front: whoever could put `=HYPERLINK(…)` into the name of a file would otherwise have it run in
 * the reader's spreadsheet. Numbers stay numbers, and so does text of a numeric column that is one.
 */
export function csvLine(cells: readonly CsvCell[], numeric?: ReadonlySet<number>): string {
  return `${cells.map((cell, at) => cellOf(cell, numeric?.has(at) === true)).join(',')}\r\n`;
}

function cellOf(cell: CsvCell, isNumeric: boolean): string {
  if (cell === null) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell);
  const isFormula = FORMULA.test(text) && !(isNumeric && NUMBER.test(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
