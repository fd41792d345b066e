import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

export type Row = Readonly<Record<string, string>>;

/** The rows of a CSV file, by csv-parse: without our code. */
export function csvRows(path: string): Row[] {
  return parse(readFileSync(path), { bom: true, columns: true, relax_quotes: false }) as Row[];
}

/** The items of a JSON file in any of the tools' forms, by `JSON.parse`. */
export function jsonItems(path: string): unknown[] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  return documentsIn(text).flatMap((document) => {
    const value: unknown = JSON.parse(document);
    return Array.isArray(value) ? (value as unknown[]) : [value];
  });
}

/** Consecutive JSON texts, with anything but brackets between them. */
function documentsIn(text: string): string[] {
  const documents: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') {
      if (depth === 0) start = index;
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
      if (depth === 0) documents.push(text.slice(start, index + 1));
    }
  }
  return documents;
}

/** Quotes every cell, like `Export-Csv`. */
export function csvText(header: readonly string[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  return `${[header, ...rows.map((row) => header.map((name) => row[name] ?? ''))]
    .map(line)
    .join('\r\n')}\r\n`;
}
