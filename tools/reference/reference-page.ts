import type { Declaration, DeclarationKind } from './declarations.ts';
import type { ExportedName, PackageManifest } from './package-exports.ts';

const SECTIONS: readonly (readonly [kind: DeclarationKind, title: string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['type', 'Types'],
  ['constant', 'Constants'],
];

/** The page of one package, in Markdown. */
export function referencePage(
  manifest: PackageManifest,
  entries: ReadonlyMap<string, readonly ExportedName[]>,
): string {
  const parts = [`# ${manifest.name}`, manifest.description];
  for (const [path, names] of entries) {
    if (entries.size > 1) parts.push(`Exports of \`${manifest.name}${path.slice(1)}\`:`);
    for (const [kind, title] of SECTIONS) {
      const matching = names.filter(({ declarations }) => declarations[0]?.kind === kind);
      if (matching.length > 0) parts.push(`## ${title}`, ...matching.map(nameSection));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

export function referenceIndex(manifests: readonly PackageManifest[]): string {
  const rows = manifests.map(
    ({ name, description }) => `| [${name}](${pageFileName(name)}) | ${description} |`,
  );
  return ['# API reference', '', '| package | purpose |', '|---|---|', ...rows, ''].join('\n');
}

export function pageFileName(packageName: string): string {
  return `${packageName.replace('@countersign/', '')}.md`;
}

function nameSection({ name, file, declarations }: ExportedName): string {
  const source = file.replace(/^dist\//, 'src/').replace(/\.d\.ts$/, '.ts');
  return [`### ${name}`, ...declarations.flatMap(declarationParts), `Source: \`${source}\``].join(
    '\n\n',
  );
}

function declarationParts({ comment, text }: Declaration): string[] {
  const code = `\`\`\`ts\n${text.replace(/^export (?:declare )?/, '')}\n\`\`\``;
  return comment === '' ? [code] : [commentMarkdown(comment), code];
}

/** Converts `@param`, `@throws` and similar tags to a list, and `@example` to a code block. */
function commentMarkdown(comment: string): string {
  const text = comment.replace(/\{@link ([^}]+)\}/g, '`$1`');
  const [prose = '', ...tags] = `\n${text}`.split(/\n(?=@\w)/);
  const items = tags.map((tag) => {
    const [, name = '', content = ''] = /^@(\w+)\s*([\s\S]*)$/.exec(tag.trim()) ?? [];
    if (name === 'example') return `Example:\n\n${codeBlock(content)}`;
    return `- **${name}** ${content.replaceAll('\n', '\n  ')}`;
  });
  return [prose.trim(), ...items].filter((part) => part !== '').join('\n\n');
}

function codeBlock(text: string): string {
  return text.includes('```') ? text : `\`\`\`ts\n${text.trim()}\n\`\`\``;
}
