export type Block = { readonly language: string; readonly text: string; readonly line: number };

/**
 * The fenced blocks of a Markdown document, in order. Marks for steps that are no commands become
 * blocks too: `<!-- browser: … -->` for steps in a browser, and `<!-- stop: … -->` for the command
 * that the reader stops with Ctrl-C.
 */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(line);
    const [, language, text = ''] = /^<!-- (browser|stop): (.*) -->$/.exec(line) ?? [];
    if (open === undefined && language !== undefined) {
      blocks.push({ language, text, line: index + 1 });
    } else if (fence === null) {
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

export type Command = { readonly text: string; readonly exitCode: number | 'keeps running' };

/**
 * One command per line; longer if a quote or a here-document (`<<'END'`) is open. A command with an
 * exit code other than 0 states it: `# exits 3`. One that runs in the background: `# keeps
 * running`.
 */
export function commandsOf(block: Block): Command[] {
  const commands: string[] = [];
  let isOpen = false;
  let end: string | undefined;
  for (const line of block.text.replace(/\\\n\s*/g, '').split('\n')) {
    if (end !== undefined) {
      commands.push(`${commands.pop()}\n${line}`);
      if (line === end) end = undefined;
      continue;
    }
    end = /<<(['"]?)(\w+)\1$/.exec(line)?.[2];
    if (isOpen) commands.push(`${commands.pop()}\n${line}`);
    else if (line.trim() !== '' && !line.startsWith('#')) commands.push(line);
    if ((line.match(/"/g) ?? []).length % 2 === 1) isOpen = !isOpen;
  }
  return commands.map((line) => {
    const note = /\s*# (?:exits (\d+)|keeps running)\s*$/.exec(line);
    if (note === null) return { text: line, exitCode: 0 };
    const exitCode = note[1] === undefined ? 'keeps running' : Number(note[1]);
    return { text: line.slice(0, note.index), exitCode };
  });
}

/** The targets of a document's links, without links to other sites. */
export function linksOf(markdown: string): string[] {
  return Array.from(
    markdown.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g),
    ([, link]) => link as string,
  );
}
