import { join } from 'node:path';
import { plural } from '@countersign/core';
import { z } from 'zod';
import { LICENSES, type License } from '../../config/config.ts';
import { contentFolder } from '../../config/installed-package.ts';
import type { MatrixRow } from '../../posture/license-matrix.ts';
import { unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { readTenantEvidence } from './tenant-evidence.ts';

type CheckTenantInput = { readonly license?: readonly License[] | undefined };

const PROOFS = ['canary', 'compared', 'seen', 'documented', 'assumed'] as const;

export const checkTenant: ListOperation<CheckTenantInput, object, readonly MatrixRow[]> = {
  name: 'check-tenant',
  summary: 'what the tenant records, for how long, and which API reads it',
  description:
    'Lists for each license group what is recorded, for how long, and which API reads it. ' +
    'Each row states whether the vendor documents it or the ledger shows it. Exits 3 while a ' +
    'row is only documented or assumed.',
  scope: 'posture:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    license: field(
      z.array(z.enum(LICENSES)).optional(),
      'a license group of people in this tenant; repeatable',
      {
        value: 'group',
      },
    ),
  }),
  output: z.strictObject({
    fact: z.string(),
    what: z.string(),
    license: z.enum(LICENSES),
    recorded: z.enum(['yes', 'partly', 'no', 'unknown']),
    days: z.int().nullable(),
    paths: z.array(z.strictObject({ source: z.string(), state: z.string() })),
    proof: z.enum(PROOFS),
    tenant: z.enum(PROOFS),
    limit: z.string().nullable(),
    source: z.string(),
    request: z.string().nullable(),
    entries: z.array(z.int()),
  }),
  examples: [
    {
      summary: 'What does a tenant with E3 licenses record?',
      input: { license: ['E3'] },
      commandLine: 'check-tenant --license E3',
      runsOn: 'sample',
    },
  ],
  async run(context, { license }) {
    const { matrixOf } = await import('../../posture/license-matrix.ts');
    const { parseFacts } = await import('../../posture/recording-fact.ts');
    const { readConfigFile } = await import('@countersign/yaml-document');
    const facts = parseFacts(readConfigFile(join(contentFolder(), 'tenant', 'facts.yaml')));
    const rows = matrixOf(facts, { ...(await readTenantEvidence(context)), licenses: license });
    const open = rows.filter(({ proof, fact }) => proof === fact.basis).length;
    const text =
      `${open} of ${plural(rows.length, 'fact')} are only documented or assumed: nothing in ` +
      'the ledger shows them';
    return wholeList({
      items: rows.flatMap(itemsOf),
      view: rows,
      conclude: () => (open === 0 ? YES : unknown(text)),
    });
  },
};

function itemsOf({ fact, cells, paths, entries, proof: tenant }: MatrixRow): object[] {
  return cells.map(({ license, recorded, days, proof }) => ({
    fact: fact.id,
    what: fact.what,
    license,
    recorded,
    days,
    paths,
    proof,
    tenant,
    limit: fact.limit ?? null,
    source: fact.source,
    request: fact.request ?? null,
    entries,
  }));
}
