import { evaluateGate } from '../../operations/rollout/gate.ts';
import { bindDocument } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { renderGate } from '../render/render-gate.ts';

const gate = bindDocument(evaluateGate, {
  positional: ['file'],
  render: ({ terminal }, evaluation) => renderGate(terminal, evaluation),
});

export const commands: readonly CliCommand[] = [{ name: 'gate', bindings: [gate] }];
