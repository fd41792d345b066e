export type Block = { readonly language: string; readonly text: string; readonly line: number };

/** The fenced blocks of a Markdown document, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (fence === null) {
      open?.lines.push(line);
    } else if (open === undefined) {
      open = { language: fence[1] ?? '', line: index + 1, lines: [] };
    } else {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line });
      open = undefined;
    }
  }
  return blocks;
}

export type Command = { readonly text: string; readonly exitCode: number };

/** A command a line; a line that should not end with 0 says so: `# exits 3`. */
export function commandsOf(block: Block): Command[] {
  const lines = block.text.replace(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const note = /\s*# exits (\d+)\s*$/.exec(line);
      return {
        text: note === null ? line : line.slice(0, note.index),
        exitCode: Number(note?.[1] ?? 0),
      };
    });
}
