import { join } from 'node:path';
import { CountersignError, plural } from '@countersign/core';
import { z } from 'zod';
import { contentFolder } from '../../config/installed-package.ts';
import type { AcceptanceResult, Request } from '../../posture/vendor-request.ts';
import { unknown, YES } from '../definition/conclusion.ts';
import {
  type ListOperation,
  listResult,
  type OperationContext,
  type Rows,
} from '../definition/operation.ts';

/** A request, the result of its acceptance test on this ledger, and its facts. */
export type TestedRequest = Request & {
  readonly result: AcceptanceResult;
  readonly facts: readonly string[];
};

/** The state of a request, by the answer of its acceptance test. */
export const REQUEST_STATES = { yes: 'met', no: 'not met', unknown: 'cannot tell' } as const;

const NO_LEDGER = 'there is no ledger to run the test on';

export const listRequests: ListOperation<object, object, Rows<TestedRequest>> = {
  name: 'requests',
  summary: 'what the vendor should change, with an acceptance test for each request',
  description:
    'Lists what customers cannot see today and the vendor could fix. Each request has a reason, ' +
    'an acceptance test, and its result for this ledger. Exits 3 if a test has no result.',
  scope: 'posture:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    request: z.string(),
    what: z.string(),
    why: z.string(),
    facts: z.array(z.string()),
    test: z.string(),
    state: z.enum(['met', 'not met', 'cannot tell']),
    because: z.string(),
  }),
  examples: [
    {
      summary: 'Which requests has the vendor met in this tenant?',
      input: {},
      commandLine: 'requests',
      runsOn: 'sample',
    },
  ],
  async run(context) {
    const { parseFacts } = await import('../../posture/recording-fact.ts');
    const { parseRequests } = await import('../../posture/vendor-request.ts');
    const { readConfigFile } = await import('@countersign/yaml-document');
    const folder = join(contentFolder(), 'tenant');
    const facts = parseFacts(readConfigFile(join(folder, 'facts.yaml')));
    const requests = parseRequests(readConfigFile(join(folder, 'requests.yaml')));
    const results = await testAll(context, requests);
    const rows = requests.map((request): TestedRequest => {
      const factIds = facts.filter((fact) => fact.request === request.id).map(({ id }) => id);
      const notTested = { answer: 'unknown', because: NO_LEDGER } as const;
      return { ...request, result: results?.get(request.id) ?? notTested, facts: factIds };
    });
    const open = rows.filter(({ result }) => result.answer === 'unknown');
    const text =
      `${open.length} of ${plural(rows.length, 'acceptance test')} have no result; ` +
      `the reason of the first: ${open[0]?.result.because}`;
    return listResult({
      rows,
      itemOf,
      conclude: () => (open.length === 0 ? YES : unknown(text)),
    });
  },
};

/** All tests in one query, each in its own parentheses. */
async function testAll(
  { readers, dataDir, tenant }: OperationContext,
  requests: readonly Request[],
): Promise<ReadonlyMap<string, AcceptanceResult> | undefined> {
  if ((await readers.sourcesIfAny()) === undefined) return undefined;
  const { acceptanceResultOf } = await import('../../posture/vendor-request.ts');
  const { query } = await import('../../store/query/user-query.ts');
  const sql = requests
    .map(({ id, test }) => `SELECT '${id}' AS id, answer, because FROM (${test})`)
    .join('\nUNION ALL\n');
  const results = new Map<string, AcceptanceResult>();
  try {
    const { columns, rows } = await query(dataDir, sql, { tenant });
    const names = columns.map(({ name }) => name);
    for await (const batch of rows) {
      for (const row of batch) results.set(idOf(row), acceptanceResultOf(names, row));
    }
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const failed = { answer: 'unknown', because: error.message } as const;
    for (const { id } of requests) results.set(id, failed);
  }
  return results;
}

function idOf([id]: readonly unknown[]): string {
  return typeof id === 'string' ? id : '';
}

function itemOf({ id, what, why, test, facts, result }: TestedRequest): object {
  const { answer, because } = result;
  return { request: id, what, why, facts, test, state: REQUEST_STATES[answer], because };
}
