import { evaluateGate } from '../../operations/rollout/gate.ts';
import { listGates } from '../../operations/rollout/list-gates.ts';
import { bindDocument, bindList, collect } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { renderGate, renderGates } from '../render/render-gate.ts';

const gate = bindDocument(evaluateGate, {
  positional: ['file'],
  render: ({ terminal }, evaluation) => renderGate(terminal, evaluation),
});

const list = bindList(listGates, {
  when: { flag: 'list', description: 'list the last recorded answer of each gate' },
  render: async ({ terminal }, rows) => renderGates(terminal, await collect(rows)),
});

export const commands: readonly CliCommand[] = [{ name: 'gate', bindings: [gate, list] }];
