import { instantOfMs } from '@countersign/core';
import { statementOfPerson } from '../../../operations/people/statement.ts';
import type { Statement } from '../../../reports/statement/statement.ts';
import { bindDocument, type OwnValues } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../../adapter/output-flags.ts';
import type { Context } from '../../process/command-context.ts';
import { writeOutput } from '../../process/output-file.ts';
import { sanitizeJson } from '../../terminal/sanitize.ts';

const FORMATS = ['table', 'json', 'csv', 'html'] as const;

const statement = bindDocument(statementOfPerson, {
  positional: ['who'],
  ownFlags: [
    {
      flag: 'format',
      value: 'format',
      description: 'the output format',
      choices: FORMATS,
    },
    ...outputFlags('write the statement to this file', 'optional'),
  ],
  before: checkOutputOf,
  print: (context, { output }, own) => print(context, output, own),
});

async function print(context: Context, made: Statement, own: OwnValues): Promise<void> {
  const { terminal, clock } = context;
  const output = outputOf(own);
  const format = own['format'] ?? (context.json ? 'json' : 'table');
  switch (format as (typeof FORMATS)[number]) {
    case 'json':
      return writeOutput(context, output, [`${sanitizeJson(JSON.stringify(made))}\n`]);
    case 'csv': {
      const { statementCsv } = await import('../../../reports/statement/statement-csv.ts');
      return writeOutput(context, output, statementCsv(made));
    }
    case 'html': {
      const { statementHtml } = await import('../../../reports/statement/statement-html.ts');
      const generatedAt = instantOfMs(clock.now()) ?? '';
      return writeOutput(context, output, statementHtml(made, { generatedAt }));
    }
    case 'table': {
      const { statementLines } = await import('../../../reports/statement/statement-lines.ts');
      const lines = statementLines(made, terminal.columns);
      if (output.output !== undefined) return writeOutput(context, output, withNewlines(lines));
      for (const line of lines) terminal.line(line);
    }
  }
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

export const commands: readonly CliCommand[] = [{ name: 'statement', bindings: [statement] }];
