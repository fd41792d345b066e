import type { Counterfactual, DecisionInput } from '@countersign/policy';
import {
  type DecideOutput,
  decide,
  previewDecision,
} from '../../../operations/enforcement/decide.ts';
import { bindDocument, bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Context } from '../../process/command-context.ts';
import type { Column } from '../../terminal/table.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'decide',
    bindings: [
      bindLedger(decide, {
        positional: ['request'],
        formerFlags: { enforcementPoint: 'door' },
        render: explain,
      }),
      bindDocument(previewDecision, {
        positional: ['request'],
        formerFlags: { enforcementPoint: 'door' },
        when: { flag: 'dry-run', description: 'decide without a ledger and write no entry' },
        render: explain,
      }),
    ],
  },
];

async function explain({ terminal }: Context, { decision, context }: DecideOutput): Promise<void> {
  const { policies, obligations, inputs, because, flip, entry } = context;
  terminal.line(decision ? { text: 'permit', style: 'yes' } : { text: 'deny', style: 'no' });
  for (const { text } of because) terminal.line(`  ${text}`);
  if (policies.length > 0) terminal.line(`by ${policies.join(', ')}`);
  if (obligations.length > 0) terminal.line(`owed: ${obligations.join(', ')}`);
  if (flip !== undefined) terminal.line(flipText(flip));
  await terminal.table(COLUMNS, inputs);
  if (entry !== undefined) terminal.line(`recorded in entry ${entry}`);
}

function flipText(flip: Counterfactual | null): string {
  if (flip === null) return 'no change of one or two inputs reverses the decision';
  const changes = flip.changes.map(({ input, to }) => `${input} were ${to}`);
  return `the decision would be reversed if ${changes.join(' and ')}`;
}

const COLUMNS: readonly Column<DecisionInput>[] = [
  { title: 'input', kind: 'text', cell: ({ name }) => name },
  { title: 'state', kind: 'whole', cell: ({ state }) => ({ text: state, style: styleOf(state) }) },
  { title: 'source', kind: 'text', fold: 1, cell: ({ source }) => source ?? undefined },
  {
    title: 'age',
    kind: 'number',
    cell: ({ ageMs }) => (ageMs === null ? undefined : `${Math.round(ageMs / 1000)} s`),
  },
];

function styleOf(state: DecisionInput['state']): 'yes' | 'unknown' {
  return state === 'fresh' ? 'yes' : 'unknown';
}
