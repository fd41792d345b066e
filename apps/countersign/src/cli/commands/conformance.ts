import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { numberText, plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../config/installed-package.ts';
import type { Conformance, KindComparison } from '../../posture/conformance/compare-tenant.ts';
import type { SeenTenant } from '../../posture/conformance/observe-tenant.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { DIFFERENCES_SHOWN } from '../process/limits.ts';
import type { Cell, Column } from '../terminal/table.ts';

export function declareConformance(program: Parser, bind: BindCommand): void {
  program
    .command('conformance')
    .summary('hold what a tenant delivers against what the emulator makes')
    .description(
      'Compares kinds of records, their fields, delays and errors with those of the emulator: of ' +
        'the ledger, or of captures in files. The report holds names, forms and counts, and no ' +
        'value. Exits 1 when something differs.',
    )
    .argument('[path...]', 'captures: files or folders; without, the records of the ledger')
    .action(bind(conformance));
}

const conformance: CommandHandler<[paths: string[]]> = async (context, paths) => {
  const { compare } = await import('../../posture/conformance/compare-tenant.ts');
  const { parseDescription } = await import('../../posture/conformance/emulator-description.ts');
  const file = join(contentFolder(), 'conformance', 'emulator.json');
  const description = parseDescription(readFileSync(file, 'utf8'));
  const seen = await seenOf(context, paths);
  if (seen.records === 0) {
    throw new CliError('CANNOT_TELL', 'there is no record to compare: nothing follows from that');
  }
  const report = compare(seen, description);
  if (context.json) context.terminal.document(documentOf(seen, report, description.made));
  else await print(context, seen, report);
  return exitCodeOf(report);
};

async function seenOf(context: Context, paths: readonly string[]): Promise<SeenTenant> {
  const { seenOfLedger, seenOfPaths } = await import('../../posture/conformance/observe-tenant.ts');
  const { dataDir, cwd, tenant, signal } = context;
  if (paths.length === 0) return seenOfLedger(dataDir, { tenant, signal });
  return seenOfPaths(
    paths.map((path) => resolve(cwd, path)),
    signal,
  );
}

/** Differences are a no; kinds that were not seen leave it open whether they are as they should. */
function exitCodeOf({ kinds, errors, unseen }: Conformance): ExitCode {
  const differs = kinds.some(({ state }) => state !== 'same');
  if (differs || errors.some(({ emulator }) => emulator === 'does not know')) return EXIT.no;
  if (unseen.length === 0) return EXIT.done;
  throw new CliError(
    'CANNOT_TELL',
    `nothing differs, and of ${plural(unseen.length, 'kind')} of records none was seen`,
  );
}

function documentOf(seen: SeenTenant, report: Conformance, made: string): object {
  const { kinds, unseen, delays, errors } = report;
  const answer = kinds.some(({ state }) => state !== 'same')
    ? 'no'
    : unseen.length === 0
      ? 'yes'
      : 'unknown';
  const { records, rejected } = seen;
  return { answer, records, rejected, emulator: made, kinds, unseen, delays, errors };
}

async function print(context: Context, seen: SeenTenant, report: Conformance): Promise<void> {
  const { terminal } = context;
  await terminal.table(COLUMNS, report.kinds);
  if (report.delays.length > 0) {
    terminal.line();
    await terminal.table(DELAYS, report.delays);
  }
  if (report.errors.length > 0) {
    terminal.line();
    await terminal.table(ERRORS, report.errors);
  }
  terminal.line();
  const states = Map.groupBy(report.kinds, ({ state }) => state);
  const counts = ['same', 'differs', 'new'].map(
    (state) => `${states.get(state as KindComparison['state'])?.length ?? 0} ${state}`,
  );
  const compared = `${plural(seen.records, 'record')} of ${plural(report.kinds.length, 'kind')}`;
  terminal.paragraph(
    `${compared}: ${counts.join(', ')}; ${plural(report.unseen.length, 'kind')} of the emulator ` +
      `not seen; ${numberText(seen.rejected)} pieces could not be read`,
  );
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

/** `+` only the tenant has it, `~` in another form. */
function differencesText({ state, differences }: KindComparison): Cell {
  if (state === 'new') return 'the emulator makes none of this kind';
  const reported = differences.filter((difference) => difference.in !== 'emulator');
  const shown = reported.slice(0, DIFFERENCES_SHOWN).map(({ field, tenant, ...difference }) => {
    return `${difference.in === 'tenant' ? '+' : '~'}${field} (${tenant.join(', ')})`;
  });
  const more = reported.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

const DELAYS: readonly Column<Conformance['delays'][number]>[] = [
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

const ERRORS: readonly Column<Conformance['errors'][number]>[] = [
  { title: 'error', kind: 'text', cell: ({ code }) => code },
  { title: 'times', kind: 'number', cell: ({ times }) => numberText(times) },
  {
    title: 'emulator',
    kind: 'whole',
    cell: ({ emulator }) => ({ text: emulator, style: emulator === 'knows' ? 'yes' : 'no' }),
  },
];
