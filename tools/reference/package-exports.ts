import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Declaration, type DeclarationFile, parseDeclarations } from './declarations.ts';

/** An exported name of a package, with every statement that declares it, such as overloads. */
export type ExportedName = {
  readonly name: string;
  /** The declaring file, relative to the package. */
  readonly file: string;
  readonly declarations: readonly Declaration[];
};

export type PackageManifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
};

export function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

/** The typed entry points of a package, with the exports of each. */
export function packageExports(
  folder: string,
  manifest: PackageManifest,
): ReadonlyMap<string, readonly ExportedName[]> {
  const files = new Map<string, DeclarationFile>();
  const entries = Object.entries(manifest.exports).flatMap(([path, entry]) =>
    typeof entry === 'string' ? [] : [[path, entry.types] as const],
  );
  return new Map(
    entries.map(([path, types]) => {
      const names = exportsOf(join(folder, types), folder, files);
      return [path, names.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}

/** @throws Error if a file exports a name that no file declares: the reference would have a gap */
function exportsOf(
  path: string,
  root: string,
  files: Map<string, DeclarationFile>,
): readonly ExportedName[] {
  const own = Map.groupBy(
    fileAt(path, files).declarations.filter(({ text }) => text.startsWith('export ')),
    ({ name }) => name,
  );
  const declared = [...own].map(([name, declarations]) => ({
    name,
    file: relative(root, path),
    declarations,
  }));
  const passedOn = fileAt(path, files).reExports.flatMap(({ names, from }) => {
    const target = join(dirname(path), from.replace(/\.[jt]s$/, '.d.ts'));
    const available = exportsOf(target, root, files);
    if (names === undefined) return available;
    return names.map(({ name, as }) => {
      const found = available.find((exported) => exported.name === name);
      if (found === undefined) throw new Error(`${path} exports ${name}, which ${from} lacks`);
      return { ...found, name: as };
    });
  });
  return [...declared, ...passedOn];
}

function fileAt(path: string, files: Map<string, DeclarationFile>): DeclarationFile {
  const known = files.get(path);
  if (known !== undefined) return known;
  const file = parseDeclarations(readFileSync(path, 'utf8'));
  files.set(path, file);
  return file;
}
