import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';

type AuditInput = { readonly case?: string | undefined; readonly by?: string | undefined };

/** One access to the data of a person. */
export type AccessItem = {
  readonly entry: number;
  readonly at: string;
  /** Who looked, as proved. */
  readonly by: string;
  /** The question, such as `statement`. */
  readonly question: string;
  /** The person, as the question named them; null if it named none. */
  readonly person: string | null;
  /** Null: the caller stated none. */
  readonly purpose: string | null;
  readonly case: string | null;
};

const ITEM: z.ZodType<AccessItem> = z.strictObject({
  entry: z.int(),
  at: z.string(),
  by: z.string(),
  question: z.string(),
  person: z.string().nullable(),
  purpose: z.string().nullable(),
  case: z.string().nullable(),
});

export const auditAccess: ListOperation<AuditInput, AccessItem, Rows<AccessItem>> = {
  name: 'operators audit',
  summary: 'list who opened the data of a person, and why',
  description:
    'Lists each access to the data of a person: who looked, for which purpose and case, when. ' +
    'For a works council and for administrators. An access whose entry was erased with the data ' +
    'of its person is listed without details.',
  scope: 'operators:audit',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    case: field(z.string().min(1).optional(), 'only of this case', { value: 'case' }),
    by: field(z.string().min(1).optional(), 'only of callers whose name contains this', {
      value: 'text',
    }),
  }),
  output: ITEM,
  examples: [
    {
      summary: 'List every access of one case',
      input: { case: 'IR-2026-014' },
      commandLine: 'operators audit --case IR-2026-014',
      runsOn: 'sample',
    },
  ],
  async run({ readers }, { case: onlyCase, by: onlyBy }) {
    const { store, ledger } = await readers.sources();
    const { parseObject } = await import('../../projection/entries/own-entry.ts');
    async function* rows(): AsyncIterable<AccessItem> {
      for (const index of store.indicesOfKind('act')) {
        const body = await ledger.body(index);
        const item = accessOf(
          index,
          body.kind === 'present' ? (parseObject(body.bytes) as Body) : undefined,
        );
        if (item === undefined) continue;
        if (onlyCase !== undefined && item.case !== onlyCase) continue;
        if (onlyBy !== undefined && !item.by.includes(onlyBy)) continue;
        yield item;
      }
    }
    return listResult({ rows: rows(), itemOf: (row) => row, conclude: () => YES });
  },
};

type Body = Readonly<Record<string, unknown>>;

/** Undefined for an act that opened the data of no person. */
function accessOf(entry: number, body: Body | undefined): AccessItem | undefined {
  if (body === undefined) {
    const unknown = { question: 'erased', person: null, purpose: null, case: null };
    return { entry, at: '', by: '', ...unknown };
  }
  const { act, atMs, who, host, purpose, case: ofCase, subject, operation, input, tool } = body;
  if (typeof act !== 'string' || !ACCESSES.has(act)) return undefined;
  const asked = (input ?? {}) as Body;
  const question = act === 'names' ? operation : act === 'agent-call' ? tool : act;
  return {
    entry,
    at: timeOf(atMs),
    by: `${String(who)}@${String(host)}`,
    question: String(question),
    person: textOf(subject) ?? textOf(asked['user']) ?? textOf(asked['principal']) ?? null,
    purpose: textOf(purpose) ?? null,
    case: textOf(ofCase) ?? null,
  };
}

const ACCESSES: ReadonlySet<string> = new Set(['names', 'statement', 'agent-call']);

function timeOf(atMs: unknown): string {
  return (typeof atMs === 'number' ? instantOfMs(atMs) : undefined) ?? '';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
