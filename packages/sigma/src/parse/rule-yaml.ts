import { messageOf } from '@countersign/core';
import { isCollection, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { ALIASES_MAX, DEPTH_MAX, DOCUMENTS_MAX, RULE_FILE_BYTES_MAX } from '../limits.ts';
import type { RuleProblem, SourcePosition } from '../rule-problem.ts';

/** One document of a YAML file as plain data, with the positions of its parts. */
export type SourceDocument = {
  readonly value: unknown;
  placeOf(path: readonly (string | number)[]): SourcePosition;
};

/** Reads a file of rules. An unreadable document is a problem, and the others are read. */
export function readDocuments(
  file: string,
  text: string,
): { readonly documents: readonly SourceDocument[]; readonly problems: readonly RuleProblem[] } {
  const start: SourcePosition = { file, line: 1, column: 1 };
  if (text.length > RULE_FILE_BYTES_MAX) {
    return refused(start, `the file is longer than ${RULE_FILE_BYTES_MAX} bytes`, 'split it');
  }
  const lines = new LineCounter();
  let parsed: ReturnType<typeof parseAllDocuments>;
  try {
    parsed = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent' });
  } catch (error) {
    // A thousand nested brackets overflow the stack of any recursive parser.
    return refused(start, `it is not YAML: ${messageOf(error)}`, 'nest it less deeply');
  }
  const all = 'empty' in parsed ? [] : parsed;
  if (all.length > DOCUMENTS_MAX) {
    return refused(start, `the file has more than ${DOCUMENTS_MAX} documents`, 'split it');
  }
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents: SourceDocument[] = [];
  const problems: RuleProblem[] = [];
  for (const document of all) {
    const [error] = document.errors;
    const origin = at(document.contents?.range?.[0] ?? document.range?.[0] ?? 0);
    const problem = (place: SourcePosition, what: string, cure: string): void => {
      problems.push({ place, rule: null, severity: 'error', what, cure });
    };
    if (error !== undefined) {
      const what = `it is not YAML: ${error.message.split('\n')[0]}`;
      problem(at(error.pos[0]), what, 'fix the indentation or the quotes here');
      continue;
    }
    if (document.contents === null) continue;
    try {
      if (isDeeperThan(document.contents, DEPTH_MAX)) {
        problem(origin, `it nests deeper than ${DEPTH_MAX} levels`, 'nest it less deeply');
        continue;
      }
      const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
      documents.push({ value, placeOf: (path) => placeOf(document, path, at) });
    } catch (cause) {
      problem(origin, `its aliases cannot be followed: ${messageOf(cause)}`, 'write it out');
    }
  }
  return { documents, problems };
}

/** A document in cacheable form: plain data, and its position. */
export type CachedDocument = { readonly value: unknown; readonly place: SourcePosition };

/**
 * Documents from the cache, or read if there are none. Positions of parts of cached documents are
 * computed on demand.
 */
export function knownOrRead(
  file: string,
  text: string,
  known: readonly CachedDocument[] | null | undefined,
): ReturnType<typeof readDocuments> {
  if (known === null || known === undefined) return readDocuments(file, text);
  let read: readonly SourceDocument[] | undefined;
  const documents = known.map(
    ({ value, place }, i): SourceDocument => ({
      value,
      placeOf: (path) => {
        if (path.length === 0) return place;
        read ??= readDocuments(file, text).documents;
        return read[i]?.placeOf(path) ?? place;
      },
    }),
  );
  return { documents, problems: [] };
}

/** The documents of a file in cacheable form; null if any of them has a problem. */
export function documentsToKeep(file: string, text: string): readonly CachedDocument[] | null {
  const { documents, problems } = readDocuments(file, text);
  if (problems.length > 0) return null;
  return documents.map(({ value, placeOf: placeIn }) => ({ value, place: placeIn([]) }));
}

function refused(
  place: SourcePosition,
  what: string,
  cure: string,
): { readonly documents: readonly []; readonly problems: readonly RuleProblem[] } {
  return { documents: [], problems: [{ place, rule: null, severity: 'error', what, cure }] };
}

type ParsedYaml = Exclude<ReturnType<typeof parseAllDocuments>, { empty: true }>[number];

/** The position of the deepest existing part of the path. */
function placeOf(
  document: ParsedYaml,
  path: readonly (string | number)[],
  at: (offset: number) => SourcePosition,
): SourcePosition {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return at(offset);
  }
  return at(document.contents?.range?.[0] ?? 0);
}

/** Without recursion, because deep nesting must not overflow the caller's stack. */
function isDeeperThan(root: Node, depthMax: number): boolean {
  const open: [unknown, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > depthMax) return true;
    if (!isCollection(node)) continue;
    for (const item of node.items as unknown[]) {
      const pair = item as { key?: unknown; value?: unknown };
      if (isCollection(item)) open.push([item, depth + 1]);
      if (isCollection(pair.key)) open.push([pair.key, depth + 1]);
      if (isCollection(pair.value)) open.push([pair.value, depth + 1]);
    }
  }
  return false;
}
