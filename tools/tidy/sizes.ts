import { TABLES } from '../layers.ts';
import { type Breach, isCode, lineOf, type Rule } from './source.ts';

const FILE_LINES_MAX = 400;
const LINE_COLUMNS_MAX = 100;
const FUNCTION_LINES_MAX = 70;

/** The formatter breaks long imports, but cannot break a single name. */
const IMPORTS = /^import [^;]*;\n/gm;

/** Imports do not count: their number depends on the layout of files. */
export const fileLength: Rule = (source) => {
  const lines = source.text.replaceAll(IMPORTS, '').trimEnd().split('\n').length;
  if (!isCode(source) || lines <= FILE_LINES_MAX || TABLES.includes(source.path)) return [];
  const what = `${lines} lines: split it by nouns, or list it as a table in tools/layers.ts`;
  return [{ path: source.path, line: lines, what }];
};

export const lineLength: Rule = (source) => {
  if (!isCode(source)) return [];
  return source.text.split('\n').flatMap((text, index): Breach[] => {
    const columns = [...text].length;
    if (columns <= LINE_COLUMNS_MAX || /^import [^;]*;$/.test(text)) return [];
    const what = `${columns} columns: break the line at ${LINE_COLUMNS_MAX}`;
    return [{ path: source.path, line: index + 1, what }];
  });
};

/** Blocks of `describe` are lists of tests, not functions. */
const LIST_OF_TESTS = /\b(?:describe|suite)\s*\(/;
const STATEMENT = /^\s*(?:if|for|while|switch|catch|else|do|try|class|interface|type|with)\b/;
const FUNCTION =
  /\bfunction\b|=>\s*$|^\s*(?:[\w$#[\].]+\s+)*[\w$#[\].]+\s*(?:<[^{}]*>)?\([\s\S]*\)[^;={}]*$/;

export const functionLength: Rule = (source) => {
  const open: number[] = [];
  const breaches: Breach[] = [];
  for (let at = 0; at < source.code.length; at++) {
    if (source.code[at] === '{') open.push(at);
    if (source.code[at] !== '}') continue;
    const from = open.pop();
    if (from === undefined) continue;
    const header = headerOf(source.code, from);
    const start = lineOf(source.code, from);
    const lines = lineOf(source.code, at) - start + 1;
    if (lines <= FUNCTION_LINES_MAX || !FUNCTION.test(header)) continue;
    if (STATEMENT.test(header) || LIST_OF_TESTS.test(header)) continue;
    const what = `a function of ${lines} lines: take steps out of it, down to 70`;
    breaches.push({ path: source.path, line: start, what });
  }
  return breaches;
};

/** The text before a block, back to the end of the previous statement. */
function headerOf(code: string, brace: number): string {
  let depth = 0;
  for (let at = brace - 1; at >= 0; at--) {
    const here = code[at] as string;
    if (here === ')') depth++;
    if (here === '(') depth--;
    if (depth <= 0 && (here === ';' || here === '{' || here === '}'))
      return code.slice(at + 1, brace);
  }
  return code.slice(0, brace);
}
