import { type Breach, breachesOf, isCode, isTest, type Rule, type Source } from './source.ts';

export const lineFeedsOnly: Rule = (source) =>
  breachesOf(source, source.text, /\r\n/g, 'CRLF: save the file with LF').slice(0, 1);

/** A path of the author's machine says nothing to readers, and may reveal the author. */
const WORDS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  {
    pattern: /(?:\/home\/|\/Users\/|\/root\/|[A-Z]:\\Users\\)[A-Za-z.]/g,
    what: 'an absolute path of one machine: make it relative',
  },
  {
    pattern: /\b(?:registry|proxy|files|repo\d*|deb|static|index)\.[a-z]+\.(?:org|com|io|net)\b/g,
    what: 'the host of a package registry: packages go by name, the client knows the host',
  },
];

export const strayWords: Rule = (source) =>
  WORDS.flatMap(({ pattern, what }) => breachesOf(source, source.text, pattern, what));

const UNITS = /^const (?:SECOND|MINUTE|HOUR|DAY)_MS\b/;

/**
 * No one dares to change a limit without a documented reason. Covers every constant in a
 * `limits.ts`, and in packages each constant named a minimum or maximum.
 */
export const explainedLimits: Rule = (source) => {
  const isLimits = /(?:^|\/)[\w-]*limits\.ts$/.test(source.path);
  const isPackage = /^packages\//.test(source.path) && isCode(source) && !isTest(source);
  if (!isLimits && !isPackage) return [];
  const limit = isLimits ? /^(?:export )?const \w+/ : /^(?:export )?const [A-Z_\d]+_(?:MAX|MIN)\b/;
  const lines = source.text.split('\n');
  return lines.flatMap((line, index): Breach[] => {
    if (!limit.test(line) || UNITS.test(line)) return [];
    if (/\*\/\s*$|^\s*\/\//.test(lines[index - 1] ?? '')) return [];
    const what = 'a limit without its reason: say above it why it is this much';
    return [{ path: source.path, line: index + 1, what }];
  });
};

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

/** Every package has a line in DEPENDENCIES.md, and an exact version. */
export function dependencies(manifest: Source, document: Source | undefined): Breach[] {
  const fields = JSON.parse(manifest.text) as Manifest;
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return kinds
    .flatMap((kind) => Object.entries(fields[kind] ?? {}))
    .flatMap(([name, version]): Breach[] => {
      if (name.startsWith('@countersign/')) return [];
      const what = !document?.text.includes(`\`${name}\``)
        ? `${name} has no line in DEPENDENCIES.md: what it does, why not ourselves, its license`
        : !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)
          ? `${name} has no exact version: ${version}`
          : undefined;
      const line = manifest.text.slice(0, manifest.text.indexOf(`"${name}"`)).split('\n').length;
      return what === undefined ? [] : [{ path: manifest.path, line, what }];
    });
}
