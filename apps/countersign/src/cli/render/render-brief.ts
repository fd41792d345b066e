import type { Brief } from '../../reports/brief/brief.ts';
import { briefLines } from '../../reports/brief/brief-text.ts';
import type { Context } from '../process/command-context.ts';
import { type OutputFlags, writeOutput } from '../process/output-file.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { wrap } from '../terminal/text-width.ts';

export async function printBrief(
  context: Context,
  brief: Brief,
  output: OutputFlags,
): Promise<void> {
  const { terminal } = context;
  const lines = briefLines(brief, terminal.proseColumns, (text, columns) =>
    wrap(sanitize(text), columns),
  );
  if (output.output !== undefined) return writeOutput(context, output, withNewlines(lines));
  for (const line of lines) terminal.line(line);
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
