import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import { referenceDigits, referenceOf } from '../../enforcement/decisions/decision-reference.ts';
import type { AccessReader } from '../../store/reading/access-reader.ts';
import {
  ACCESS_OUTCOMES,
  type AccessOutcome,
  accessOutcomeOf,
  type DecisionPosition,
  type DecisionQuery,
  type DecisionRow,
} from '../../store/sqlite/decision-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';

type DecisionsInput = PeriodInput & {
  readonly outcome?: AccessOutcome | undefined;
  readonly user?: string | undefined;
  readonly reference?: string | undefined;
};

/** A decision as lists show it. `decisions show` has its inputs. */
export type DecisionItem = {
  readonly entry: number;
  readonly id: string;
  /** The digits that a refused person reads to the help desk. */
  readonly reference: string;
  readonly at: string;
  readonly tenant: string;
  readonly enforcementPoint: string;
  readonly outcome: AccessOutcome;
  readonly cause: string;
  readonly principal: { readonly type: string; readonly id: string };
  readonly action: string;
  readonly resource: string;
  readonly address: string | null;
  readonly method: string | null;
  readonly session: string | null;
  readonly pass: string | null;
  readonly policies: readonly string[];
  /** Sentences, unless it is a permit. */
  readonly because: readonly string[];
  readonly obligations: readonly string[];
  readonly policyVersion: string;
};

const text = z.string().nullable();

export const DECISION_MEMBERS: Readonly<Record<keyof DecisionItem, z.ZodType>> = {
  entry: z.int().min(0),
  id: z.string().min(1),
  reference: z.string(),
  at: timeSchema,
  tenant: z.string(),
  enforcementPoint: z.string(),
  outcome: z.enum(ACCESS_OUTCOMES),
  cause: z.string(),
  principal: z.strictObject({ type: z.string(), id: z.string() }),
  action: z.string(),
  resource: z.string(),
  address: text,
  method: text,
  session: text,
  pass: text,
  policies: z.array(z.string()),
  because: z.array(z.string()),
  obligations: z.array(z.string()),
  policyVersion: z.string(),
};

export const listDecisions: ListOperation<DecisionsInput, DecisionItem> = {
  name: 'decisions list',
  summary: 'list the decisions of the policy, the newest first',
  description:
    'Lists who asked for what, the answer, and the deciding policies. A refused person can ' +
    'read a reference to the help desk: with --reference, the list has only that decision.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    outcome: field(z.enum(ACCESS_OUTCOMES).optional(), 'only decisions with this answer', {
      value: 'outcome',
    }),
    user: field(z.string().optional(), 'only decisions about this person or workload', {
      value: 'who',
    }),
    reference: field(
      z
        .string()
        .refine((typed) => referenceDigits(typed) !== undefined, 'a reference is 1a2b-3c4d-5e6f')
        .optional(),
      'only the decision with the reference that a refused person sees',
      { value: 'reference' },
    ),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject(DECISION_MEMBERS),
  examples: [
    {
      summary: 'Who was refused, and why?',
      input: { outcome: 'deny' },
      commandLine: 'decisions list --outcome deny',
      runsOn: 'sample',
    },
    {
      summary: 'Find the refusal that a caller reads to the help desk',
      input: { reference: '2e8a-61f0-b794' },
      commandLine: 'decisions list --reference 2e8a-61f0-b794',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    const { store, head } = await readers.sources();
    const { outcome, user, reference } = input;
    const query: DecisionQuery = {
      ...{ tenant, ...periodOf(input), belowIndex: head.asOf.size },
      outcomes: outcome === undefined ? undefined : [outcome],
      principals: user === undefined ? undefined : await namesOf(store, user, tenant),
      reference: reference === undefined ? undefined : referenceDigits(reference),
    };
    const rows = decisionsOf(store.access, query);
    // Every decision is an entry of this ledger, so an empty list is certain.
    return listResult({ rows, itemOf: (item) => item, conclude: () => indexConclusion(head) });
  },
};

/** Rows of one read. No read stays open between two pages. */
const ROWS_PER_READ = 200;

function* decisionsOf(access: AccessReader, query: DecisionQuery): Generator<DecisionItem> {
  let before: DecisionPosition | undefined;
  for (;;) {
    const rows = access.newestDecisions(query, before, ROWS_PER_READ);
    for (const row of rows) yield decisionItem(row);
    before = rows.at(-1);
    if (rows.length < ROWS_PER_READ) return;
  }
}

/**
 * All names of a person, because each enforcement point names people in its own way.
 *
 * @throws OperationError INVALID_INPUT if the name is ambiguous
 */
async function namesOf(
  store: StoreReader,
  user: string,
  tenant: string | undefined,
): Promise<readonly string[]> {
  const found = await store.resolvePrincipal(user, { tenant });
  if (found.kind === 'ambiguous') throw invalidInput(found.because.text);
  const known =
    found.kind === 'one'
      ? [found.principal.uid ?? '', ...found.principal.aliases.map(({ value }) => value)]
      : [];
  const names = [user, ...known].map((name) => name.trim().toLowerCase());
  return [...new Set(names)].filter((name) => name !== '');
}

export function decisionItem(row: DecisionRow): DecisionItem {
  const { index, id, atMs, tenant, enforcementPoint, cause, principalType, principal } = row;
  const { action, resource, address, method, session, pass, policies, because } = row;
  return {
    ...{ entry: index, id, reference: referenceOf(id), at: instantOfMs(atMs) ?? '', tenant },
    ...{ enforcementPoint, outcome: accessOutcomeOf(row), cause },
    principal: { type: principalType, id: principal },
    ...{ action, resource, address, method, session, pass, policies, because },
    ...{ obligations: row.obligations, policyVersion: row.policyVersion },
  };
}
