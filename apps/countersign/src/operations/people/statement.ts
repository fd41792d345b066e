import { isCutId } from '@countersign/core';
import { z } from 'zod';
import type { ItemsOf, Statement } from '../../reports/statement/statement.ts';
import type { ErasureRow, ErasureSubjectTest } from '../../store/rows/entry-rows.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { coverageConclusion } from '../definition/conclusion.ts';
import { cannotTell } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { OperationContext } from '../definition/operation.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { idOr } from '../readers/ids.ts';
import { Readers } from '../readers/readers.ts';
import { recordStatementAccess } from './record-statement-access.ts';
import { statementSchema } from './statement-schema.ts';

type StatementInput = PeriodInput & {
  readonly who: string;
  readonly purpose?: string | undefined;
  readonly case?: string | undefined;
};

export const statementOfPerson: DocumentOperation<StatementInput, Statement> = {
  name: 'statement',
  summary: 'what one person did: sessions, authorizations, actions, balance',
  description:
    'Prints what one principal did in a period: each session with its authorization, each ' +
    'action once, and a balance of accounted, unaccounted and unknown actions. With --purpose ' +
    'and --case, the access to the statement becomes a ledger entry.',
  scope: 'people:read',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  input: z
    .strictObject({
      who: field(z.string().min(1), 'UPN in any case, object id, PUID or SID', { value: 'who' }),
      ...PERIOD_FIELDS,
      purpose: field(z.string().optional(), 'why you read the statement of this person', {
        value: 'purpose',
      }),
      case: field(z.string().optional(), 'the case that you read it for', { value: 'case' }),
    })
    .refine(
      ({ purpose, case: of }) =>
        (purpose === undefined) === (of === undefined) && purpose !== '' && of !== '',
      { error: 'give --purpose and --case together, or neither' },
    ),
  output: statementSchema,
  examples: [
    {
      summary: 'What did one person do?',
      input: { who: 'vivian.castellan@northmoor.example' },
      commandLine: 'statement vivian.castellan@northmoor.example',
      runsOn: 'sample',
    },
    {
      summary: 'Read it for a case, and record the access in the ledger',
      input: {
        who: 'vivian.castellan@northmoor.example',
        purpose: 'investigation of the consent phishing',
        case: 'C-1042',
      },
      commandLine:
        'statement vivian.castellan@northmoor.example --case C-1042 ' +
        '--purpose "investigation of the consent phishing" --format html -o vivian.html',
      runsOn: 'sample',
    },
  ],
  async run(context, input) {
    const period = periodOf(input);
    const who = await findPrincipal(context, input.who);
    await recordAccess(context, { ...input, who });
    const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
    const { reconciliationSources } = await import(
      '../../reconcile/actions/authorization-source.ts'
    );
    const { EventBuilder } = await import('../../projection/event-builder.ts');
    const { readStatement } = await import('../../reports/statement/read-statement.ts');
    const { readers, tenant, dataDir } = context;
    const { ledger, store, head } = await readers.sources();
    const erasures = await ErasureIndex.read({ store, reader: ledger, dir: dataDir });
    const isSubject: ErasureSubjectTest = (erasure, names) => erasures.isSubject(erasure, names);
    const reconcile = reconciliationSources({ store, head, ledger });
    const builder = new EventBuilder(ledger);
    const itemsOf: ItemsOf = (rows) => builder.mailItems(rows);
    const { purpose, case: caseName } = input;
    const options = { ...period, tenant, purpose, case: caseName, isSubject, reconcile, itemsOf };
    const result = await readStatement(store, who, options, head);
    if (result.kind === 'unknown') {
      const isHers = ({ index }: ErasureRow): boolean => isSubject(index, [who]);
      throw cannotTell(await nobodyText(result.because.text, store, isHers));
    }
    const { statement } = result;
    return documentResult(statement, coverageConclusion(statement.coverage.answer));
  },
};

/** Opened and closed before the access is recorded; the statement is read afterwards. */
async function findPrincipal({ dataDir, clock }: OperationContext, text: string): Promise<string> {
  if (!isCutId(text)) return text;
  using readers = new Readers({ dataDir, clock });
  const { store } = await readers.sources();
  return await idOr(text, { store, column: 'actor_uid', what: 'person' });
}

/** Before anything is shown, the ledger records why the caller reads it, if they state it. */
async function recordAccess(context: OperationContext, input: StatementInput): Promise<void> {
  const { who: subject, purpose, case: caseName, from, to } = input;
  if (purpose === undefined || caseName === undefined) return;
  await context.perform(recordStatementAccess, { subject, purpose, case: caseName, from, to });
}

/** An erased person no longer has a name: that must not look as if they never acted. */
async function nobodyText(
  because: string,
  store: StoreReader,
  isHers: (erasure: ErasureRow) => boolean,
): Promise<string> {
  const { erasureText } = await import('../../store/coverage/erasure-reasons.ts');
  const { hers = [], others = [] } = Object.groupBy(store.erasures(), (erasure) =>
    isHers(erasure) ? 'hers' : 'others',
  );
  return [
    ...hers.map((erasure) => `of this person, ${erasureText(erasure)}`),
    because,
    ...others.slice(-ERASURES_SHOWN).map((erasure) => `besides, ${erasureText(erasure)}`),
  ].join('; ');
}

/** The latest erasures; the rest are in the table `entries`, of kind `erasure`. */
const ERASURES_SHOWN = 3;
