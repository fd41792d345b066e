import { numberText, plural } from '@countersign/core';
import {
  type ConformanceReport,
  checkConformance,
} from '../../../operations/posture/conformance.ts';
import type { KindComparison } from '../../../posture/conformance/compare-tenant.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Context } from '../../process/command-context.ts';
import { DIFFERENCES_SHOWN } from '../../process/limits.ts';
import type { Cell, Column } from '../../terminal/table.ts';

const conformance = bindDocument(checkConformance, { positional: ['paths'], render: print });

async function print({ terminal }: Context, report: ConformanceReport): Promise<void> {
  const states = Map.groupBy(report.kinds, ({ state }) => state);
  const counts = ['same', 'differs', 'new'].map(
    (state) => `${states.get(state as KindComparison['state'])?.length ?? 0} ${state}`,
  );
  const compared = `${plural(report.records, 'record')} of ${plural(report.kinds.length, 'kind')}`;
  terminal.paragraph(
    `${compared}: ${counts.join(', ')}; ${plural(report.unseen.length, 'kind')} of the emulator ` +
      `not seen; ${numberText(report.rejected)} pieces could not be read`,
  );
  terminal.line();
  await terminal.table(COLUMNS, report.kinds);
  if (report.delays.length > 0) {
    terminal.line();
    await terminal.table(DELAYS, report.delays);
  }
  if (report.errors.length > 0) {
    terminal.line();
    await terminal.table(ERRORS, report.errors);
  }
}

const STYLE = { same: 'yes', differs: 'no', new: 'unknown' } as const;

const COLUMNS: readonly Column<KindComparison>[] = [
  { title: 'state', kind: 'whole', cell: ({ state }) => ({ text: state, style: STYLE[state] }) },
  { title: 'kind', kind: 'text', comfortable: 30, cell: ({ kind }) => kind },
  { title: 'family', kind: 'text', fold: 2, cell: ({ family }) => family },
  { title: 'records', kind: 'number', cell: ({ records }) => numberText(records) },
  { title: 'fields', kind: 'number', cell: ({ fields }) => numberText(fields) },
  { title: 'differs in', kind: 'text', fold: 1, comfortable: 40, cell: differencesText },
];

/** `+`: only the tenant has it; `~`: in another form. */
function differencesText({ state, differences }: KindComparison): Cell {
  if (state === 'new') return 'the emulator makes none of this kind';
  const reported = differences.filter((difference) => difference.in !== 'emulator');
  const shown = reported.slice(0, DIFFERENCES_SHOWN).map(({ field, tenant, ...difference }) => {
    return `${difference.in === 'tenant' ? '+' : '~'}${field} (${tenant.join(', ')})`;
  });
  const more = reported.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

const DELAYS: readonly Column<ConformanceReport['delays'][number]>[] = [
  { title: 'delay of', kind: 'text', cell: ({ source }) => source },
  { title: 'records', kind: 'number', cell: ({ tenant }) => numberText(tenant.n) },
  { title: 'half', kind: 'number', cell: ({ tenant }) => minutes(tenant.p50Ms) },
  { title: '99 %', kind: 'number', cell: ({ tenant }) => minutes(tenant.p99Ms) },
  { title: 'emulator', kind: 'number', cell: ({ emulator }) => minutes(emulator?.p50Ms) },
  { title: '99 %', kind: 'number', cell: ({ emulator }) => minutes(emulator?.p99Ms) },
];

function minutes(ms: number | undefined): string {
  return ms === undefined ? '?' : `${(ms / 60_000).toFixed(1)} min`;
}

const ERRORS: readonly Column<ConformanceReport['errors'][number]>[] = [
  { title: 'error', kind: 'text', cell: ({ code }) => code },
  { title: 'times', kind: 'number', cell: ({ times }) => numberText(times) },
  {
    title: 'emulator',
    kind: 'whole',
    cell: ({ emulator }) => ({ text: emulator, style: emulator === 'knows' ? 'yes' : 'no' }),
  },
];

export const commands: readonly CliCommand[] = [{ name: 'conformance', bindings: [conformance] }];
