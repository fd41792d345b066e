/** A value of a CSV cell. Objects are written as JSON. */
export type CsvCell = string | number | boolean | null | object;

/**
 * Texts that a spreadsheet evaluates as a formula, including full-width forms (OWASP, "CSV
 * Injection").
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

/** A number stored as text, because JSON parsers would round it. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * One line of RFC 4180 with CRLF.
 *
 * Formula-like text gets an apostrophe in front: an attacker who names a file `=HYPERLINK(…)` would
 * otherwise run it in the reader's spreadsheet. Numbers, and numeric text of a numeric column, stay
 * as they are.
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
