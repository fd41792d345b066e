import { posix } from 'node:path';
import { APP_FOLDERS, CONSOLE_PACKAGES, ENTRY_POINTS, PACKAGES, WITHOUT_NPM } from '../layers.ts';
import { type Breach, isCode, isTest, lineOf, type Rule, type Source } from './source.ts';

export type Import = { readonly specifier: string; readonly line: number };

/** Shared by tests of every layer. */
const TEST_SUPPORT = /^(?:tools|test\/support)\//;

const IMPORT = /\b(?:from\s*|import\s*\(?\s*)(['"])( *)\1/g;

export function importsOf(source: Source): Import[] {
  return Array.from(source.code.matchAll(IMPORT), (match) => {
    const quoteAt = match.index + match[0].length - (match[2] as string).length - 1;
    const specifier = source.text.slice(quoteAt, quoteAt + (match[2] as string).length);
    return { specifier, line: lineOf(source.code, match.index) };
  });
}

/** `packages/ledger/src/fsck/fsck.ts` belongs to the package `ledger`. */
function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** `apps/countersign/src/store/rows/entry.ts` belongs to the folder `store`. */
function appFolderOf(path: string): string | undefined {
  return /^apps\/countersign\/src\/([^/]+)\//.exec(path)?.[1];
}

/** Packages import only allowed packages, by name. Shared test code is in `testing`. */
export const packageEdges: Rule = (source) => {
  if (!isCode(source)) return [];
  const own = packageOf(source.path);
  const allowed = allowedOf(source, own);
  if (allowed === undefined) {
    const what = `the package ${own} has no place: give it one in tools/layers.ts`;
    return [{ path: source.path, line: 1, what }];
  }
  return importsOf(source).flatMap(({ specifier, line }): Breach[] => {
    const [, other, inside] = /^@countersign\/([^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
    if (other === undefined) return [];
    if (other === own && /^packages\/[^/]+\/examples\//.test(source.path)) return [];
    const may = allowed.length === 0 ? 'no package' : allowed.join(', ');
    if (!allowed.includes(other)) {
      const what = `${own} imports ${specifier}: it may import ${may}`;
      return [{ path: source.path, line, what }];
    }
    const isEntry = inside === undefined || ENTRY_POINTS.includes(`${other}/${inside}`);
    if (isEntry || (inside.startsWith('testing/') && isSupport(source))) return [];
    const what = `imports ${specifier} past the exports of its package: export what you need`;
    return [{ path: source.path, line, what }];
  });
};

function allowedOf(source: Source, own: string | undefined): readonly string[] | undefined {
  if (own !== undefined) return PACKAGES.get(own);
  // Tests compare the console's own proof check with the packages.
  const isConsole = source.path.startsWith('apps/console/src/') && !isTest(source);
  return isConsole ? CONSOLE_PACKAGES : [...PACKAGES.keys()];
}

function isSupport(source: Source): boolean {
  return isTest(source) || /^(?:tools|bench)\//.test(source.path);
}

/** No file imports into a package, or out of one, by path. Tests may use `tools` and support. */
export const packageWalls: Rule = (source) => {
  if (!isCode(source)) return [];
  const own = packageOf(source.path);
  return relativeImports(source).flatMap(({ target, line }): Breach[] => {
    const other = packageOf(target);
    if (own === other) return [];
    if (other !== undefined) {
      const what = `imports ${target} by its path: import @countersign/${other}`;
      return [{ path: source.path, line, what }];
    }
    if (isTest(source) && TEST_SUPPORT.test(target)) return [];
    const what = `the package ${own} imports ${target}: it stands alone`;
    return [{ path: source.path, line, what }];
  });
};

/** In the product, adapters import operations, operations the domain, the domain the store. */
export const appOrder: Rule = (source) => {
  const own = appFolderOf(source.path);
  if (own === undefined || !isCode(source)) return [];
  const allowed = APP_FOLDERS.get(own);
  if (allowed === undefined) {
    const what = `folder ${own} has no place in the order: give it one in tools/layers.ts`;
    return [{ path: source.path, line: 1, what }];
  }
  return relativeImports(source).flatMap(({ target, line }): Breach[] => {
    const other = appFolderOf(target);
    if (other === own || (other !== undefined && allowed.includes(other))) return [];
    if (other === undefined && isTest(source) && TEST_SUPPORT.test(target)) return [];
    // The program's composition and installation files are beside the folders.
    const may = allowed.length === 0 ? 'nothing' : allowed.join(', ');
    const what = `${own} imports ${target}: it may import ${may}; pass it in as an argument`;
    return [{ path: source.path, line, what }];
  });
};

export const nodeOnly: Rule = (source) => {
  const own = packageOf(source.path);
  if (own === undefined || !WITHOUT_NPM.includes(own) || isTest(source)) return [];
  return importsOf(source)
    .filter(({ specifier }) => !/^(?:\.|node:|@countersign\/)/.test(specifier))
    .map(({ specifier, line }) => ({
      path: source.path,
      line,
      what: `${own} imports ${specifier}: only node: modules, so that it can be verified alone`,
    }));
};

function relativeImports(source: Source): { target: string; line: number }[] {
  return importsOf(source)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, line }) => ({
      target: posix.normalize(posix.join(posix.dirname(source.path), specifier)),
      line,
    }));
}
