import { evaluateEviction } from '../../operations/eviction/evaluate-eviction.ts';
import { bindList, type OwnValues } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { OVERWRITE_FLAG, outputOf } from '../adapter/output-flags.ts';
import { checkOutput, type OutputFlags, writeOutput } from '../process/output-file.ts';
import { printEviction } from '../render/render-eviction.ts';

const eviction = bindList(evaluateEviction, {
  ownFlags: [
    {
      flag: 'questionnaire',
      value: 'file',
      description: 'write the questions that only the vendor can answer to this file, as JSON',
    },
    OVERWRITE_FLAG,
  ],
  before: (context, own) => checkOutput(context, questionnaireOf(own)),
  async print(context, footholds, own) {
    const { terminal, json } = context;
    const output = questionnaireOf(own);
    if (output.output !== undefined) {
      const { questions } = footholds.view;
      await writeOutput(context, output, [`${JSON.stringify({ questions }, undefined, 2)}\n`]);
    }
    if (json) await terminal.items(footholds);
    else await printEviction(terminal, footholds.view);
  },
});

function questionnaireOf(own: OwnValues): OutputFlags {
  return { ...outputOf(own), output: own['questionnaire'] as string | undefined };
}

export const commands: readonly CliCommand[] = [
  { name: 'eviction', aliases: ['out'], bindings: [eviction] },
];
