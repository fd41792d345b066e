import { join } from 'node:path';
import { CountersignError, plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../config/installed-package.ts';
import type { AcceptanceResult, Request } from '../../posture/vendor-request.ts';
import { askStoreIfAny } from '../answers/open-readers.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import type { Column } from '../terminal/table.ts';

export function declareRequests(program: Parser, bind: BindCommand): void {
  program
    .command('requests')
    .summary('what the vendor is asked to change')
    .description(
      'Lists what customers cannot see today and the vendor could fix: what, why, the acceptance ' +
        'test, and what that test says of this ledger now.',
    )
    .action(bind(requests));
}

type Row = Request & { readonly tested: AcceptanceResult; readonly facts: readonly string[] };

const requests: CommandHandler = async (context) => {
  const { parseFacts } = await import('../../posture/recording-fact.ts');
  const { parseRequests } = await import('../../posture/vendor-request.ts');
  const { readConfigFile } = await import('@countersign/yaml-document');
  const folder = join(contentFolder(), 'tenant');
  const facts = parseFacts(readConfigFile(join(folder, 'facts.yaml')));
  const asked = parseRequests(readConfigFile(join(folder, 'requests.yaml')));
  const tested = await testAll(context, asked);
  const rows = asked.map((request): Row => {
    const about = facts.filter((fact) => fact.request === request.id).map(({ id }) => id);
    const nothing = { answer: 'unknown', because: NO_LEDGER } as const;
    return { ...request, tested: tested?.get(request.id) ?? nothing, facts: about };
  });
  if (context.json) await context.terminal.items(rows.map(itemOf));
  else await context.terminal.table(COLUMNS, rows);
  const open = rows.filter((row) => row.tested.answer === 'unknown');
  if (open.length === 0) return EXIT.done;
  const said = `the acceptance tests of ${open.length} of ${plural(rows.length, 'request')}`;
  const [first] = open;
  throw new CliError(
    'CANNOT_TELL',
    `${said} decide nothing; of the first: ${first?.tested.because}`,
  );
};

const NO_LEDGER = 'there is no ledger that the test could be run on';

/** All tests in one question, each in a bracket of its own. */
async function testAll(
  context: Context,
  asked: readonly Request[],
): Promise<ReadonlyMap<string, AcceptanceResult> | undefined> {
  const { testedOf } = await import('../../posture/vendor-request.ts');
  return askStoreIfAny(context, async () => {
    const { query } = await import('../../store/query/user-query.ts');
    const sql = asked
      .map(({ id, test }) => `SELECT '${id}' AS id, answer, because FROM (${test})`)
      .join('\nUNION ALL\n');
    const tested = new Map<string, AcceptanceResult>();
    try {
      const { columns, rows } = await query(context.dataDir, sql, { tenant: context.tenant });
      const names = columns.map(({ name }) => name);
      for await (const batch of rows) {
        for (const row of batch) tested.set(idOf(row), testedOf(names, row));
      }
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const failed = { answer: 'unknown', because: error.message } as const;
      for (const { id } of asked) tested.set(id, failed);
    }
    return tested;
  });
}

function idOf([id]: readonly unknown[]): string {
  return typeof id === 'string' ? id : '';
}

/** As people say it of a request: an answer is about the test. */
const STATE = { yes: 'met', no: 'not met', unknown: 'cannot tell' } as const;

function itemOf({ id, what, why, test, facts, tested }: Row): object {
  const { answer, because } = tested;
  return { request: id, what, why, facts, test, state: STATE[answer], because };
}

const COLUMNS: readonly Column<Row>[] = [
  {
    title: 'state',
    kind: 'whole',
    cell: ({ tested }) => ({ text: STATE[tested.answer], style: tested.answer }),
  },
  { title: 'what', kind: 'text', comfortable: 30, cell: ({ what }) => what },
  {
    title: 'because',
    kind: 'text',
    fold: 3,
    comfortable: 30,
    cell: ({ tested }) => tested.because,
  },
  { title: 'why', kind: 'text', fold: 2, comfortable: 40, cell: ({ why }) => why },
  { title: 'request', kind: 'whole', fold: 1, cell: ({ id }) => id },
];
