import { stripTypeScriptTypes } from 'node:module';

/** A small change of a program that its tests should detect. */
export type Mutant = {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  readonly from: string;
};

/** The program without its types, with every character at its old position. */
export function programOf(source: string): string {
  return stripTypeScriptTypes(source, { mode: 'strip' });
}

export function applyMutant(program: string, { start, end, text }: Mutant): string {
  return program.slice(0, start) + text + program.slice(end);
}

/** All mutants of a program, in order. */
export function mutantsOf(program: string): readonly Mutant[] {
  const code = masked(program);
  const found: Mutant[] = [];
  const add = (start: number, end: number, text: string): void => {
    const line = program.slice(0, start).split('\n').length;
    found.push({ start, end, text, line, from: program.slice(start, end) });
  };
  for (const [pattern, ...texts] of SWAPS) {
    for (const { index, 0: from } of code.matchAll(pattern)) {
      for (const text of texts) add(index, index + from.length, text);
    }
  }
  for (const { index, 0: from } of code.matchAll(/\b(?:if|while) \(/g)) {
    const open = index + from.length;
    const close = closing(code, open);
    add(open, close, from.startsWith('if') ? 'true' : 'false');
    if (from.startsWith('if')) add(open, close, 'false');
  }
  for (const { index, 0: from } of code.matchAll(RETURN)) {
    const at = index + from.indexOf('return');
    add(at, index + from.length, 'return;');
  }
  for (const { index, 0: from } of code.matchAll(STATEMENT)) {
    const at = index + from.search(/\S/);
    add(at, index + from.length, ';');
  }
  for (const { index, 0: from } of code.matchAll(/\b\d[\d_]*\b/g)) {
    if (/[\w.]/.test(code[index - 1] ?? '') || /\[$/.test(code.slice(0, index))) continue;
    add(index, index + from.length, `${Number(from.replaceAll('_', '')) + 1}`);
  }
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The formatter puts spaces around binary operators, and nowhere else. */
const SWAPS: readonly (readonly [pattern: RegExp, ...texts: string[]])[] = [
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ < /g, ' <= ', ' >= '],
  [/ > /g, ' >= ', ' <= '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \?\? /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' / '],
  [/ \/ /g, ' * '],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/\bMath\.min\b/g, 'Math.max'],
  [/\bMath\.max\b/g, 'Math.min'],
  [/\.some\(/g, '.every('],
  [/\.every\(/g, '.some('],
  [/(?<=[\s(,])!(?=[\w#(])/g, ''],
  [/\bcontinue;/g, ';'],
  [/\bbreak;/g, ';'],
];

/** No test can reach code that the types exclude. A return of undefined equals an empty return. */
const RETURN = /^ *return (?!unreachable\(|undefined;)[^;{}[\]]+;$/gm;

/** A call, an assignment to a member, or a throw, alone on a line. */
const STATEMENT = /^ +(?:throw .+|(?:this|[a-z]\w*)(?:[.?#\w]|\[\w+\])*(?:\(.*\)| [-+]?= .+));$/gm;

function closing(code: string, open: number): number {
  let depth = 1;
  let at = open;
  for (; at < code.length && depth > 0; at++) {
    if (code[at] === '(') depth += 1;
    if (code[at] === ')') depth -= 1;
  }
  return at - 1;
}

/** Replaces comments and quoted text with blanks: they contain no operators. */
function masked(program: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, '_');
  return program
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, blank)
    .replace(
      /(?<=[(,=:[!&|?{};\s]\s?)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g,
      blank,
    )
    .replace(/^(?:import|export) .* from .*;$/gm, blank);
}
