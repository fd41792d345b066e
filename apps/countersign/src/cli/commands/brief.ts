import { writeBrief } from '../../operations/detection/brief.ts';
import { bindDocument } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../adapter/output-flags.ts';
import { writeOutput } from '../process/output-file.ts';
import { printBrief } from '../render/render-brief.ts';
import { sanitizeJson } from '../terminal/sanitize.ts';

const FORMATS = ['text', 'html', 'json'] as const;

const brief = bindDocument(writeBrief, {
  positional: ['incident'],
  formerFlags: { incident: 'incident' },
  ownFlags: [
    { flag: 'format', value: 'format', description: 'the output format', choices: FORMATS },
    ...outputFlags('write the page to this file', 'optional'),
  ],
  before: checkOutputOf,
  async print(context, { output, view }, own) {
    const file = outputOf(own);
    const format = own['format'] ?? (context.json ? 'json' : 'text');
    switch (format as (typeof FORMATS)[number]) {
      case 'json':
        return writeOutput(context, file, [`${sanitizeJson(JSON.stringify(output))}\n`]);
      case 'html': {
        const { briefHtml } = await import('../../reports/brief/brief-html.ts');
        return writeOutput(context, file, briefHtml(view));
      }
      case 'text':
        return printBrief(context, view, file);
    }
  },
});

export const commands: readonly CliCommand[] = [{ name: 'brief', bindings: [brief] }];
