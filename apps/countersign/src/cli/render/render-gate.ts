import { plural } from '@countersign/core';
import type { GateEvaluation } from '../../operations/rollout/gate.ts';
import type { GateStatus } from '../../operations/rollout/list-gates.ts';
import type { Condition } from '../../rollout/gate.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Kind = Condition['answer']['kind'];

/** What stops the wave comes first. */
const ORDER: readonly Kind[] = ['no', 'unknown', 'yes'];
const CONCLUSIONS = { yes: 'YES, GO ON', no: 'NO, HOLD', unknown: 'CANNOT TELL, HOLD' } as const;
const HEADINGS = { yes: 'HOLDS', no: 'DOES NOT HOLD', unknown: 'CANNOT TELL' } as const;

/** The conclusion, then each condition under its answer, with its findings. */
export function renderGate(terminal: Terminal, evaluation: GateEvaluation): void {
  const {
    file: { gate, wave },
    answer: { answer, conditions, limits },
    entry,
  } = evaluation;
  terminal.paragraph(`${CONCLUSIONS[answer.kind]}: ${gate}, ${wave}.`, 0, answer.kind);
  terminal.paragraph(countsOf(conditions));
  const width = Math.max(...conditions.map(({ condition }) => condition.length)) + 4;
  for (const kind of ORDER) {
    const those = conditions.filter((condition) => condition.answer.kind === kind);
    if (those.length === 0) continue;
    terminal.line();
    terminal.line({ text: HEADINGS[kind], style: kind });
    for (const { condition, requires, found } of those) {
      terminal.labeled(`  ${condition}`, requires, width);
      for (const text of found) terminal.paragraph(text, width, 'faint');
    }
  }
  if (limits.length > 0) terminal.line();
  for (const { text } of limits) terminal.paragraph(`Not covered by this answer: ${text}.`);
  terminal.line();
  terminal.line(`Recorded as entry ${entry} of the ledger.`);
}

/** One line per gate: its last answer, and when it was recorded. */
export function renderGates(terminal: Terminal, gates: readonly GateStatus[]): void {
  if (gates.length === 0) terminal.line('No gate was evaluated.');
  for (const { gate, answer, at, entry } of gates) {
    terminal.line(
      { text: `${CONCLUSIONS[answer]}: `, style: answer },
      `${gate}, ${at} (#${entry})`,
    );
  }
}

function countsOf(conditions: readonly Condition[]): string {
  const count = (kind: Kind): number =>
    conditions.filter(({ answer }) => answer.kind === kind).length;
  return (
    `Of ${plural(conditions.length, 'condition')}, ${count('no')} not met, ` +
    `${count('unknown')} undecided, ${count('yes')} met.`
  );
}
