import type { Random } from '@countersign/core';
import { z } from 'zod';
import type { Bypass } from '../../enforcement/bypass/bypass.ts';
import type { BypassStatement } from '../../enforcement/bypass/bypass-statement.ts';
import { unknown, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { type Fields, field } from '../definition/fields.ts';
import type { OperationContext } from '../definition/operation.ts';
import {
  type DocumentOperation,
  type DocumentResult,
  type ListOperation,
  listResult,
  type Rows,
} from '../definition/operation.ts';
import { entriesSchema } from '../definition/output-schemas.ts';
import { resolveId } from '../readers/ids.ts';
import { indexConclusion, type Readers } from '../readers/readers.ts';
import { recordBypass } from './record-bypass.ts';
import {
  CONFIG_FIELDS,
  type ConfigInput,
  configFile,
  SIGNER_FIELDS,
  type SignerInput,
  signStatement,
} from './signer.ts';

type SignedInput = SignerInput & ConfigInput;

const SIGNED_FIELDS: Fields<SignedInput> = { ...SIGNER_FIELDS, ...CONFIG_FIELDS };

const ITEM = z.strictObject({
  bypass: z.string().min(1),
  group: z.string(),
  reason: z.string(),
  requestedBy: z.string(),
  untilMs: z.int(),
  approvedBy: z.string().nullable(),
  endedBy: z.string().nullable(),
  effect: z
    .strictObject({
      v: z.literal(1),
      what: z.literal('bypass-effect'),
      bypass: z.string(),
      wanted: z.enum(['past us', 'by us']),
      state: z.enum(['begun', 'done', 'cannot tell']),
      because: z.string(),
      atMs: z.int(),
    })
    .nullable(),
  entries: entriesSchema,
});
const OUTPUT = ITEM.extend({ entry: z.int() });
const REASON = field(z.string().min(1), 'the reason', { value: 'reason' });
const BYPASS_ID = field(z.string().min(1), 'its id', { value: 'bypass' });

const DURATION = /^(\d{1,4})(m|h)$/;

type RequestInput = SignedInput & {
  readonly group: string;
  readonly reason: string;
  readonly for: string;
};

/** A bypass, and the entry of its statement. */
export type BypassOutcome = { readonly bypass: Bypass; readonly entry: number };

export const requestBypass: DocumentOperation<RequestInput, object, BypassOutcome> = {
  name: 'bypass request',
  summary: 'request a bypass',
  description: 'Signs a request that a group bypasses the external method for a limited time.',
  scope: 'bypass:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({
    group: field(z.string().min(1), 'the id of the group in the suite', { value: 'group' }),
    reason: REASON,
    for: field(
      z.string().regex(DURATION, 'Give a time, as 30m or 4h.').default('1h'),
      'how long it lasts at most, e.g. 30m or 4h',
      { value: 'time' },
    ),
    ...SIGNED_FIELDS,
  }),
  output: OUTPUT,
  examples: [
    {
      summary: 'Request a bypass for a group that cannot reach the external method',
      input: {
        group: '4f1c9a7e-2b7d-4b1e-8e0a-6d3f5c2b1a90',
        reason: 'the data center is down',
        for: '4h',
        as: 'ada',
        signWith: '/etc/keys/ada/countersign.pem',
      },
      commandLine:
        'bypass request 4f1c9a7e-2b7d-4b1e-8e0a-6d3f5c2b1a90 --for 4h ' +
        '--reason "the data center is down" --as ada --sign-with /etc/keys/ada/countersign.pem',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { loadEnforcementConfig } = await import('./load-enforcement-config.ts');
    const file = configFile(context.dataDir, input);
    const { bypass: known } = loadEnforcementConfig(file, context.env);
    if (known === undefined)
      throw invalidInput(`${file} names no bypass: write enforcementPoints.bypass`);
    const { tenant, method } = known;
    const atMs = context.clock.now();
    const { group, reason, as: by } = input;
    const bypass = newId(context.random);
    return record(context, input, {
      ...{ v: 1, what: 'bypass-request', bypass, tenant, method, group, reason, by, atMs },
      untilMs: atMs + durationMs(input.for),
    });
  },
};

type ApproveInput = SignedInput & { readonly bypass: string };

export const approveBypass: DocumentOperation<ApproveInput, object, BypassOutcome> = {
  name: 'bypass approve',
  summary: 'approve a bypass; it then takes effect',
  description: 'Signs the approval of a request of another person. The bypass then begins.',
  scope: 'bypass:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({
    bypass: field(z.string().min(1), 'its id, as the request printed it', { value: 'bypass' }),
    ...SIGNED_FIELDS,
  }),
  output: OUTPUT,
  examples: [
    {
      summary: 'Approve it as the second person',
      input: { bypass: '9c41', as: 'ben', signWith: '/etc/keys/ben/countersign.pem' },
      commandLine: 'bypass approve 9c41 --as ben --sign-with /etc/keys/ben/countersign.pem',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { statementDigest } = await import('../../enforcement/approvals/signed-statement.ts');
    const bypasses = await readBypassesOf(context.readers);
    const bypass = resolveId(input.bypass, bypasses.keys(), KIND);
    const known = bypasses.get(bypass) as Bypass;
    const { group, reason, by, untilMs } = known.request.statement;
    // The approver sees what they approve.
    context.notice(
      `${by} requests that the group ${group} bypasses the external method until ` +
        `${timeText(untilMs)}`,
    );
    context.notice(`because: ${reason}`);
    const digest = statementDigest(known.request);
    const atMs = context.clock.now();
    return record(context, input, {
      ...{ v: 1, what: 'bypass-approval', bypass, request: digest, by: input.as, atMs },
    });
  },
};

type EndInput = SignedInput & { readonly bypass: string; readonly reason: string };

export const endBypass: DocumentOperation<EndInput, object, BypassOutcome> = {
  name: 'bypass undo',
  summary: 'end a bypass early; one person is enough',
  description: 'Signs the end of a bypass. The group uses the external method again.',
  scope: 'bypass:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({ bypass: BYPASS_ID, reason: REASON, ...SIGNED_FIELDS }),
  output: OUTPUT,
  examples: [
    {
      summary: 'End the bypass after the outage',
      input: {
        bypass: '9c41',
        reason: 'the outage is over',
        as: 'ada',
        signWith: '/etc/keys/ada/countersign.pem',
      },
      commandLine:
        'bypass undo 9c41 --reason "the outage is over" --as ada ' +
        '--sign-with /etc/keys/ada/countersign.pem',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const bypass = resolveId(input.bypass, (await readBypassesOf(context.readers)).keys(), KIND);
    const { as: by, reason } = input;
    const atMs = context.clock.now();
    return record(context, input, { v: 1, what: 'bypass-end', bypass, reason, by, atMs });
  },
};

export const listBypasses: ListOperation<object, object, Rows<Bypass>> = {
  name: 'bypass list',
  summary: 'list all bypasses and their states',
  description: 'Lists every requested bypass and its state.',
  scope: 'bypass:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: ITEM,
  examples: [
    {
      summary: 'Does any group bypass the external method now?',
      input: {},
      commandLine: 'bypass list',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const bypasses = await readBypassesOf(readers);
    const { head } = await readers.sources();
    return listResult({
      rows: [...bypasses.values()],
      itemOf: bypassItem,
      conclude: () => indexConclusion(head),
    });
  },
};

const KIND = { what: 'bypass', list: 'bypass list' } as const;

async function readBypassesOf(readers: Readers): Promise<ReadonlyMap<string, Bypass>> {
  const { bypassesOf } = await import('../../enforcement/bypass/bypass.ts');
  const { readBypasses } = await import('../../enforcement/bypass/read-bypasses.ts');
  const { store, ledger, head } = await readers.sources();
  const isIndexed = indexConclusion(head);
  if (isIndexed.kind === 'failed') throw isIndexed.error;
  return bypassesOf(await readBypasses({ store, reader: ledger }));
}

async function record(
  context: OperationContext,
  input: SignedInput,
  statement: BypassStatement,
): Promise<DocumentResult<object, BypassOutcome>> {
  const said = await signStatement(input.signWith, statement);
  const config = configFile(context.dataDir, input);
  const { entry, bypass } = await context.perform(recordBypass, { config, said });
  const { effect } = bypass;
  return {
    output: { entry, ...bypassItem(bypass) },
    view: { entry, bypass },
    conclusion:
      effect?.state === 'cannot tell' ? unknown(`where the group is now: ${effect.because}`) : YES,
  };
}

function bypassItem({ request, approval, end, effect, entries }: Bypass): object {
  const { bypass, group, reason, by, untilMs } = request.statement;
  return {
    ...{ bypass, group, reason, requestedBy: by, untilMs },
    approvedBy: approval?.statement.by ?? null,
    endedBy: end?.statement.by ?? null,
    effect: effect ?? null,
    entries,
  };
}

function durationMs(text: string): number {
  const [, count = '', unit = ''] = DURATION.exec(text) ?? [];
  return Number(count) * (unit === 'h' ? 3_600_000 : 60_000);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** 128 random bits, so that no two requests have the same id. */
function newId(random: Random): string {
  return Buffer.from(random.fill(new Uint8Array(16))).toString('hex');
}
