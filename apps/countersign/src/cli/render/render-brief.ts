import { instantOfMs } from '@countersign/core';
import type { Brief } from '../../reports/brief/brief.ts';
import { briefLines } from '../../reports/brief/brief-text.ts';
import type { Context } from '../process/command-context.ts';
import { type OutputFlags, writeOutput } from '../process/output-file.ts';
import { sanitise, sanitiseJson } from '../terminal/sanitize.ts';
import { wrap } from '../terminal/text-width.ts';

/** As text for people, or as data. */
export async function printBrief(
  context: Context,
  brief: Brief,
  format: 'text' | 'json',
  flags: OutputFlags,
): Promise<void> {
  if (format === 'json') {
    return writeOutput(context, flags, [`${sanitiseJson(JSON.stringify(briefJson(brief)))}\n`]);
  }
  const { terminal } = context;
  const lines = briefLines(brief, terminal.proseColumns, (text, columns) =>
    wrap(sanitise(text), columns),
  );
  if (flags.output !== undefined) return writeOutput(context, flags, withNewlines(lines));
  for (const line of lines) terminal.line(line);
}

function briefJson({ fromMs, toMs, incident, ...rest }: Brief): object {
  const period = { from: instantOfMs(fromMs) ?? null, to: instantOfMs(toMs) ?? null };
  return { incident: incident ?? null, period, ...rest };
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
