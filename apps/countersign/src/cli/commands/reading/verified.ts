import { numberText, plural } from '@countersign/core';
import { countVerified } from '../../../operations/reading/verified.ts';
import type { VerifiedCount } from '../../../store/reading/verification-report.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const verified = bindDocument(countVerified, {
  async render({ terminal }, { flows, decided, checked, unverified, disagreements }) {
    const total = { decided, checked, unverified, disagreements };
    terminal.paragraph(conclusionOf(total));
    terminal.line();
    const lines = Object.entries(flows).map(([flow, count]): Line => ({ flow, ...count }));
    await terminal.table(COLUMNS, [...lines, { flow: 'all', ...total }]);
  },
});

/** Decided before access, checked after it, or neither. */
function conclusionOf({ decided, checked, unverified, disagreements }: VerifiedCount): string {
  const open = sum(Object.values(unverified));
  const all = decided + checked + open;
  return (
    `${numberText(decided + checked)} of ${plural(all, 'sign-in')} verified: ` +
    `${numberText(decided)} decided before access, ${numberText(checked)} checked after it. ` +
    `${numberText(open)} unverified. The suite disagreed with the policy about ` +
    `${numberText(disagreements)}.`
  );
}

type Line = VerifiedCount & { readonly flow: string };

const COLUMNS: readonly Column<Line>[] = [
  { title: 'flow', kind: 'whole', cell: ({ flow }) => flow },
  { title: 'decided', kind: 'number', cell: ({ decided }) => numberText(decided) },
  { title: 'checked', kind: 'number', cell: ({ checked }) => numberText(checked) },
  {
    title: 'unverified',
    kind: 'number',
    cell: ({ unverified }) => numberText(sum(Object.values(unverified))),
  },
  {
    title: 'disagree',
    kind: 'number',
    cell: ({ disagreements }) => {
      const text = numberText(disagreements);
      return disagreements === 0 ? text : { text, style: 'no' };
    },
  },
  {
    title: 'unverified because',
    kind: 'text',
    comfortable: 30,
    cell: ({ unverified }) =>
      Object.entries(unverified)
        .map(([cause, count]) => `${cause} (${numberText(count)})`)
        .join('; '),
  },
];

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}

export const commands: readonly CliCommand[] = [{ name: 'verified', bindings: [verified] }];
