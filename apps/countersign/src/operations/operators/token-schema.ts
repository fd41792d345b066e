import { z } from 'zod';
import type { TokenGrant } from '../../operators/operator-record.ts';
import type { Token } from '../../operators/tokens/token-table.ts';

const limit = z.array(z.string()).nullable();

/** A token without its secret. */
export const TOKEN_ITEM: z.ZodType<Token> = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  tenants: limit,
  regions: limit,
  groups: limit,
  expiresMs: z.int(),
  createdMs: z.int(),
  createdBy: z.string(),
  usedMs: z.int().nullable(),
  revoked: z.strictObject({ atMs: z.int(), by: z.string(), reason: z.string() }).nullable(),
  entry: z.int(),
});

/** An absent or empty list limits nothing. */
export function limitOf(given: readonly string[] | undefined): TokenGrant['tenants'] {
  return given === undefined || given.length === 0 ? null : [...new Set(given)];
}
