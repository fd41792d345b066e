import { posix } from 'node:path';
import { LAYERS, WITHOUT_NPM } from '../layers.ts';
import { type Breach, isCode, isTest, lineOf, type Rule, type Source } from './source.ts';

type Import = { readonly specifier: string; readonly line: number };

const IMPORT = /\b(?:from\s*|import\s*\(?\s*)(['"])( *)\1/g;
/** The program's entry is a door as well: whole-system tests and the launcher start it. */
const DOOR = /\/(?:index|main)\.ts$/;

function importsOf(source: Source): Import[] {
  return Array.from(source.code.matchAll(IMPORT), (match) => {
    const quoteAt = match.index + match[0].length - (match[2] as string).length - 1;
    const specifier = source.text.slice(quoteAt, quoteAt + (match[2] as string).length);
    return { specifier, line: lineOf(source.code, match.index) };
  });
}

/** `src/ledger/tile.ts` is of the folder `ledger`; undefined outside `src`. */
function folderOf(path: string): string | undefined {
  const [top, folder, file] = path.split('/');
  return top === 'src' && file !== undefined ? folder : undefined;
}

export const importOrder: Rule = (source) => {
  const own = folderOf(source.path);
  if (own === undefined || !isCode(source)) return [];
  const allowed = LAYERS.get(own);
  if (allowed === undefined) {
    const what = `folder ${own} has no place in the order: give it one in tools/layers.ts`;
    return [{ path: source.path, line: 1, what }];
  }
  return relativeImports(source).flatMap(({ target, line }): Breach[] => {
    const other = folderOf(target);
    if (other === own || (isTest(source) && target.startsWith('tools/'))) return [];
    if (other !== undefined && allowed.includes(other)) return [];
    const may = allowed.length === 0 ? 'nothing' : allowed.join(', ');
    const what = `${own} imports ${target}: it may import ${may}; pass it in as an argument`;
    return [{ path: source.path, line, what }];
  });
};

export const folderDoors: Rule = (source) => {
  if (!isCode(source)) return [];
  return relativeImports(source).flatMap(({ target, line }): Breach[] => {
    const other = folderOf(target);
    if (other === undefined || other === folderOf(source.path) || DOOR.test(target)) return [];
    const what = `imports ${target} past the folder's door: import src/${other}/index.ts`;
    return [{ path: source.path, line, what }];
  });
};

/** The emulator judges the program: a line that both share is a mistake that neither finds. */
export const emulatorApart: Rule = (source) => {
  if (!source.path.startsWith('emulator/') || !isCode(source)) return [];
  return relativeImports(source)
    .filter(({ target }) => !target.startsWith('emulator/'))
    .filter(({ target }) => !(isTest(source) && /^(?:tools|test\/support)\//.test(target)))
    .map(({ target, line }) => ({
      path: source.path,
      line,
      what: `the emulator imports ${target}: it stands alone; write down what the wire needs`,
    }));
};

export const nodeOnly: Rule = (source) => {
  const own = folderOf(source.path);
  if (own === undefined || !WITHOUT_NPM.includes(own) || isTest(source)) return [];
  return importsOf(source)
    .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
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
