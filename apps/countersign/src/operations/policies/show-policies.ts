import { instantOfMs } from '@countersign/core';
import type { PolicyInForceBody, PolicyTextBody } from '@countersign/policy';
import { z } from 'zod';
import { parseObject } from '../../projection/entries/own-entry.ts';
import { YES } from '../definition/conclusion.ts';
import { cannotTell } from '../definition/errors.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { needIndex } from '../readers/readers.ts';
import { policiesOf } from './policy-input.ts';

type PolicyFile = { readonly file: string; readonly text: string };

type PolicyUse = {
  readonly version: string;
  readonly at: string;
  readonly by: string;
  readonly entry: number;
  /** Whether reported sign-ins are checked against them too. */
  readonly checks: boolean;
};

export type ShownPolicies = {
  /** Null: no policies were put in force. The files are those that come with the program. */
  readonly version: string | null;
  readonly schema: PolicyFile;
  readonly policies: readonly PolicyFile[];
  /** The meaning of each policy, and where it is. */
  readonly list: readonly {
    readonly id: string;
    readonly effect: 'permit' | 'forbid';
    readonly sentence: string;
    readonly enforcementPoints: readonly string[];
    readonly obligations: readonly string[];
    readonly file: string;
    readonly line: number;
  }[];
  /** Tests of the same files that come with the program; the ledger keeps no tests. */
  readonly tests: readonly PolicyFile[];
  /** The versions that were in force, the newest first. */
  readonly history: readonly PolicyUse[];
};

const file = z.strictObject({ file: z.string(), text: z.string() });

export const showPolicies: DocumentOperation<object, ShownPolicies> = {
  name: 'policy show',
  summary: 'the policies in force: text, meaning, version and history',
  description:
    'Shows the text of the policies that decide now, the meaning of each one, and which ' +
    'versions were in force since when. Without policies in force, it shows those that come ' +
    'with the program, and the version is null.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    version: z.string().nullable(),
    schema: file,
    policies: z.array(file),
    list: z.array(
      z.strictObject({
        id: z.string(),
        effect: z.enum(['permit', 'forbid']),
        sentence: z.string(),
        enforcementPoints: z.array(z.string()),
        obligations: z.array(z.string()),
        file: z.string(),
        line: z.int(),
      }),
    ),
    tests: z.array(file),
    history: z.array(
      z.strictObject({
        version: z.string(),
        at: timeSchema,
        by: z.string(),
        entry: z.int(),
        checks: z.boolean(),
      }),
    ),
  }),
  examples: [
    {
      summary: 'Which policies decide, and since when?',
      input: {},
      commandLine: 'policy show',
      runsOn: 'sample',
    },
  ],
  async run(context) {
    const { PolicySet } = await import('@countersign/policy');
    const { texts, history } = await readPolicies(context);
    const [last] = history;
    const builtIn = await policiesOf({});
    const text = last === undefined ? builtIn.source : texts.get(last.version);
    if (text === undefined) throw cannotTell(`the text of version ${last?.version} was erased`);
    const { schema, policies } = text;
    const list = PolicySet.parse({ schema, policies }).policies.map((policy) => {
      const { id, effect, sentence, enforcementPoints, obligations, place } = policy;
      const where = { file: place.file, line: place.line };
      return { id, effect, sentence, enforcementPoints, obligations, ...where };
    });
    const tests = isSameText(text, builtIn.source) ? builtIn.tests : [];
    const version = last?.version ?? null;
    return documentResult({ version, schema, policies, list, tests, history }, YES);
  },
};

type PolicyText = Pick<PolicyTextBody, 'schema' | 'policies'>;

function isSameText(one: PolicyText, other: PolicyText): boolean {
  return (
    JSON.stringify([one.schema, one.policies]) === JSON.stringify([other.schema, other.policies])
  );
}

/** All versions of the ledger: policies change rarely, so these are few entries. */
async function readPolicies({ readers }: OperationContext): Promise<{
  readonly texts: ReadonlyMap<string, PolicyText>;
  readonly history: readonly PolicyUse[];
}> {
  const { store, ledger, head } = await readers.sources();
  needIndex(head);
  const texts = new Map<string, PolicyText>();
  const history: PolicyUse[] = [];
  for (const index of store.indicesOfKind('policy')) {
    if (index >= ledger.size) break;
    const body = await ledger.body(index);
    if (body.kind === 'erased') continue;
    const said = parseObject(body.bytes) as PolicyTextBody | PolicyInForceBody | undefined;
    if (said?.what === 'text') texts.set(said.version, said);
    if (said?.what !== 'in-force') continue;
    const { version, atMs, by, only } = said;
    const at = instantOfMs(atMs) ?? '';
    history.unshift({ version, at, by, entry: index, checks: only === undefined });
  }
  return { texts, history };
}
