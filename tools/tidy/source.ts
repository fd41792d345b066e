import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type BlankedSource, blank } from './blank.ts';

/** One text file of the repository. `path` is relative to its root, with forward slashes. */
export type Source = BlankedSource & { readonly path: string; readonly text: string };

/** A breach of a rule: its position, the problem, and the fix. */
export type Breach = { readonly path: string; readonly line: number; readonly what: string };

export type Rule = (source: Source) => readonly Breach[];

const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'countersign-data']);
/** Node's test coverage reports. Packages and folders with that name are read. */
const COVERAGE_REPORTS = 'coverage';
const TEXT = /\.(?:tsx?|js|mjs|json|md|yml|yaml|cedar|sh|html|css)$/;
const TEXT_WITHOUT_ENDING = new Set([
  'apps/countersign/bin/countersign',
  '.ci/run',
  'LICENSE',
  '.npmrc',
]);
const CODE = /\.(?:tsx?|js|mjs)$/;

export function sourceOf(path: string, text: string): Source {
  const isCode = CODE.test(path) || path === 'apps/countersign/bin/countersign';
  const parts = isCode ? blank(text) : { code: '', comments: '' };
  return { path, text, ...parts };
}

export function readTree(root: string): Source[] {
  const sources: Source[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name) && path !== COVERAGE_REPORTS) visit(path);
      } else if (TEXT.test(path) || TEXT_WITHOUT_ENDING.has(path)) {
        sources.push(sourceOf(path, readFileSync(join(root, path), 'utf8')));
      }
    }
  };
  visit('.');
  return sources;
}

export function isCode(source: Source): boolean {
  return source.code !== '';
}

/** Tests, and code that only tests use: not in any build. */
export function isTest(source: Source): boolean {
  return /\.test\.ts$|^test\/|\/testing\//.test(source.path);
}

export function lineOf(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}

/** A breach at each match of `pattern` in `text`. */
export function breachesOf(source: Source, text: string, pattern: RegExp, what: string): Breach[] {
  return Array.from(text.matchAll(pattern), (match) => ({
    path: source.path,
    line: lineOf(text, match.index),
    what,
  }));
}
