/** The parts of Markdown that generated documents of this repository use. */
export type Block =
  | { readonly kind: 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

/** The blocks of a document, without its title. Marks of emphasis and code are left out. */
export function blocksOf(markdown: string): Block[] {
  return markdown
    .split(/\n{2,}/)
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.startsWith('# '))
    .map(blockOf);
}

function blockOf(text: string): Block {
  if (text.startsWith('#')) return { kind: 'heading', text: plain(text.replace(/^#+ /, '')) };
  const lines = text.split('\n');
  if (lines.every((line) => line.startsWith('|'))) {
    const rows = lines.filter((line) => !/^\|[\s:|-]+\|$/.test(line)).map(cellsOf);
    return { kind: 'table', rows };
  }
  if (text.startsWith('- ')) {
    const items = text.split(/\n(?=- )/).map((item) => plain(item.slice(2).replaceAll('\n', ' ')));
    return { kind: 'list', items };
  }
  return { kind: 'paragraph', text: plain(lines.join(' ')) };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => plain(cell.trim()));
}

function plain(text: string): string {
  return text.replace(/\*\*|`|(?<!\w)\*|\*(?!\w)/g, '');
}
