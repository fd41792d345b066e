import { plural } from '@countersign/core';
import type { License } from '../../../config/config.ts';
import { checkTenant } from '../../../operations/posture/check-tenant.ts';
import type { MatrixCell, MatrixRow } from '../../../posture/license-matrix.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Cell, Column } from '../../terminal/table.ts';

const check = bindList(checkTenant, {
  formerFlags: { license: 'licence' },
  async render({ terminal }, rows) {
    const facts = await collect(rows);
    const shown = facts.filter(({ proof }) => proof in PROVEN).length;
    terminal.paragraph(
      `${shown} of ${plural(facts.length, 'fact')} about recording shown by this ledger; ` +
        `${facts.length - shown} only documented or assumed.`,
    );
    terminal.line();
    await terminal.table(COLUMNS, facts);
  },
});

const STYLE = { yes: 'yes', partly: 'unknown', no: 'no', unknown: 'unknown' } as const;

function cell(license: License): Column<MatrixRow> {
  return {
    title: license,
    kind: 'whole',
    cell: ({ cells }) => cellText(cells.find((each) => each.license === license)),
  };
}

function cellText(found: MatrixCell | undefined): Cell {
  if (found === undefined) return undefined;
  const { recorded, days } = found;
  const word = recorded === 'unknown' ? '?' : recorded;
  return { text: days === null ? word : `${word} ${days}d`, style: STYLE[recorded] };
}

const PROVEN = { canary: 'yes', compared: 'yes', seen: 'yes' } as const;

const COLUMNS: readonly Column<MatrixRow>[] = [
  { title: 'what', kind: 'text', comfortable: 24, cell: ({ fact }) => fact.what },
  cell('E3'),
  cell('E5'),
  cell('F'),
  cell('none'),
  {
    title: 'shown by',
    kind: 'whole',
    cell: ({ proof }) => ({
      text: proof,
      style: proof in PROVEN ? 'yes' : 'unknown',
    }),
  },
  {
    title: 'read by',
    kind: 'text',
    fold: 2,
    comfortable: 40,
    cell: ({ paths }) =>
      paths.length === 0
        ? 'nothing'
        : paths.map(({ source, state }) => `${source} (${state})`).join(', '),
  },
  { title: 'limit', kind: 'text', fold: 1, comfortable: 30, cell: ({ fact }) => fact.limit },
];

export const commands: readonly CliCommand[] = [{ name: 'check-tenant', bindings: [check] }];
