import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, plural } from '@countersign/core';
import { z } from 'zod';
import { contentFolder } from '../../config/installed-package.ts';
import type { Conformance } from '../../posture/conformance/compare-tenant.ts';
import { VALUE_FORMS } from '../../posture/conformance/field-form.ts';
import type { SeenTenant } from '../../posture/conformance/observe-tenant.ts';
import { type Conclusion, NO, unknown, YES } from '../definition/conclusion.ts';
import { cannotTell } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';

type ConformanceInput = { readonly paths?: readonly string[] | undefined };

export type ConformanceReport = Conformance & {
  readonly answer: Answer['kind'];
  readonly records: number;
  readonly rejected: number;
  /** How the description of the emulator was created. */
  readonly emulator: string;
};

const FORMS = z.array(z.enum(VALUE_FORMS));
const DELAYS = z.strictObject({
  source: z.string(),
  n: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});

export const checkConformance: DocumentOperation<ConformanceInput, ConformanceReport> = {
  name: 'conformance',
  summary: 'compare the records of a tenant with those of the emulator',
  description:
    'Compares records of the ledger, or captures in files, with the records of the emulator: ' +
    'kinds, fields, delays and errors. The report holds names, formats and counts, but no ' +
    'values. Exits 1 if something differs.',
  scope: 'posture:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    paths: field(
      z.array(z.string().min(1)).optional(),
      'files or folders of captures (default: the records of the ledger)',
      { value: 'path', isPath: true },
    ),
  }),
  output: z.strictObject({
    answer: z.enum(['yes', 'no', 'unknown']),
    records: z.int(),
    rejected: z.int(),
    emulator: z.string(),
    kinds: z.array(
      z.strictObject({
        family: z.string(),
        kind: z.string(),
        records: z.int(),
        fields: z.int(),
        state: z.enum(['same', 'differs', 'new']),
        differences: z.array(
          z.strictObject({
            field: z.string(),
            in: z.enum(['tenant', 'emulator', 'both']),
            tenant: FORMS,
            emulator: FORMS,
          }),
        ),
      }),
    ),
    unseen: z.array(z.strictObject({ family: z.string(), kind: z.string() })),
    delays: z.array(
      z.strictObject({ source: z.string(), tenant: DELAYS, emulator: DELAYS.nullable() }),
    ),
    errors: z.array(
      z.strictObject({
        code: z.string(),
        times: z.int(),
        emulator: z.enum(['knows', 'does not know']),
      }),
    ),
  }),
  examples: [
    {
      summary: 'Compare the records of the ledger with the emulator',
      input: {},
      commandLine: 'conformance',
      runsOn: 'sample',
    },
    {
      summary: 'Compare captures without importing them',
      input: { paths: ['/srv/captures'] },
      commandLine: 'conformance /srv/captures --json',
      needs: 'files',
    },
  ],
  async run(context, { paths = [] }) {
    const { compare } = await import('../../posture/conformance/compare-tenant.ts');
    const { parseDescription } = await import('../../posture/conformance/emulator-description.ts');
    const file = join(contentFolder(), 'conformance', 'emulator.json');
    const description = parseDescription(readFileSync(file, 'utf8'));
    const seen = await observe(context, paths);
    if (seen.records === 0) {
      throw cannotTell('there is no record to compare: nothing follows from that');
    }
    const { kinds, unseen, delays, errors } = compare(seen, description);
    const found = { kinds, unseen, delays, errors };
    const { answer, conclusion } = conclude(found);
    const { records, rejected } = seen;
    const emulator = description.made;
    return documentResult({ answer, records, rejected, emulator, ...found }, conclusion);
  },
};

async function observe(
  { dataDir, tenant, signal }: OperationContext,
  paths: readonly string[],
): Promise<SeenTenant> {
  const { seenOfLedger, seenOfPaths } = await import('../../posture/conformance/observe-tenant.ts');
  return paths.length === 0
    ? seenOfLedger(dataDir, { tenant, signal })
    : seenOfPaths(paths, signal);
}

/** A difference is a no. An unseen kind may differ. */
function conclude({ kinds, errors, unseen }: Conformance): {
  readonly answer: ConformanceReport['answer'];
  readonly conclusion: Conclusion;
} {
  const differs = kinds.some(({ state }) => state !== 'same');
  if (differs || errors.some(({ emulator }) => emulator === 'does not know')) {
    return { answer: 'no', conclusion: NO };
  }
  if (unseen.length === 0) return { answer: 'yes', conclusion: YES };
  const text = `nothing differs, and of ${plural(unseen.length, 'kind')} of records none was seen`;
  return { answer: 'unknown', conclusion: unknown(text) };
}
