import { instantOfMs, numberText, plural } from '@countersign/core';
import type { PolicyReplay } from '../../operations/policies/replay-policies.ts';
import type { Replay, ReplayChange } from '../../reconcile/checks/replay-tally.ts';
import type { Context } from '../process/command-context.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { severityStyle, severityText } from './severity.ts';

/** OCSF `severity_id`: on a terminal, lower findings are counted, not listed. */
const MEDIUM = 3;

export async function renderReplay(
  { terminal }: Context,
  { replay, version }: PolicyReplay,
): Promise<void> {
  const { replayed, same, lose, gain, losing, gaining, attacks, cannotTell } = replay;
  terminal.paragraph(
    `${plural(replayed, 'decision or sign-in', 'decisions and sign-ins')} under the policies ` +
      `${version.slice(0, 16)}: ${numberText(same)} as before, ${numberText(lose)} would lose, ` +
      `${numberText(gain)} would gain`,
  );
  if (losing.length > 0) {
    terminal.line();
    terminal.line('Who would lose:');
    await terminal.table(TURNED, losing);
  }
  if (gaining.length > 0) {
    terminal.line();
    terminal.line('Who would gain:');
    await terminal.table(TURNED, gaining);
  }
  await renderAttacks(terminal, attacks);
  for (const [cause, count] of Object.entries(cannotTell)) {
    terminal.line({
      text: `Cannot tell for ${numberText(count)}: ${cause}.`,
      style: 'unknown',
    });
  }
}

/** Would these policies have stopped an attack? The most severe findings come first. */
async function renderAttacks(terminal: Terminal, attacks: readonly Attack[]): Promise<void> {
  if (attacks.length === 0) return;
  terminal.line();
  terminal.line('Findings in sign-ins that were let in:');
  const bySeverity = attacks.toSorted((a, b) => b.severity - a.severity);
  const shown =
    terminal.columns === Infinity
      ? bySeverity
      : bySeverity.filter(({ severity }) => severity >= MEDIUM);
  await terminal.table(ATTACKS, shown);
  const left = attacks.length - shown.length;
  if (left > 0) {
    const text = `… ${plural(left, 'finding')} of lower severity; --json lists them`;
    terminal.line({ text, style: 'faint' });
  }
}

const TURNED: readonly Column<ReplayChange>[] = [
  { title: 'who', kind: 'text', comfortable: 24, cell: ({ principal }) => principal },
  { title: 'at', kind: 'whole', cell: ({ enforcementPoint, flow }) => flow ?? enforcementPoint },
  { title: 'times', kind: 'number', cell: ({ count }) => numberText(count) },
  { title: 'first', kind: 'whole', fold: 1, cell: ({ firstMs }) => instantOfMs(firstMs) },
  {
    title: 'by',
    kind: 'text',
    comfortable: 30,
    cell: ({ policies }) => policies.join(', ') || 'no policy permits it',
  },
];

type Attack = Replay['attacks'][number];

const ANSWERS = {
  yes: { text: 'stopped', style: 'yes' },
  no: { text: 'not stopped', style: 'no' },
  unknown: { text: 'cannot tell', style: 'unknown' },
} as const;

const ATTACKS: readonly Column<Attack>[] = [
  {
    title: 'severity',
    kind: 'whole',
    cell: ({ severity }) => ({ text: severityText(severity), style: severityStyle(severity) }),
  },
  { title: 'finding', kind: 'text', comfortable: 26, cell: ({ title }) => title },
  { title: 'it would be', kind: 'whole', cell: ({ answer }) => ANSWERS[answer] },
  { title: 'sign-ins', kind: 'number', cell: ({ signIns }) => numberText(signIns) },
  { title: 'stopped', kind: 'number', cell: ({ stopped }) => numberText(stopped) },
  { title: 'cannot tell', kind: 'number', cell: (attack) => numberText(attack.cannotTell) },
];
