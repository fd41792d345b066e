import type { Example } from '../../operations/definition/operation.ts';

/** Narrower than every supported terminal. */
const COLUMNS = 76;

/** The examples of a command, as its help prints them. */
export function examplesText(examples: readonly Example[]): string {
  if (examples.length === 0) return '';
  const parts = examples.map(({ summary, commandLine }) =>
    [`  # ${summary}`, ...folded(wordsOf(`countersign ${commandLine}`))].join('\n'),
  );
  return `\nExamples:\n${parts.join('\n')}`;
}

/** The words of a command line. A quoted word stays whole, with its quotes. */
export function wordsOf(commandLine: string): string[] {
  return commandLine.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

/** Breaks a long command line with backslashes, as a shell reads it. */
function folded(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const word of words) {
    if (line.length + word.length + 3 > COLUMNS && line.trim() !== '') {
      lines.push(`${line} \\`);
      line = '     ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
