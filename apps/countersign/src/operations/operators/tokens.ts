import { randomUUID } from 'node:crypto';
import { type TenantId, tenantId } from '@countersign/core';
import { z } from 'zod';
import { TOKEN_LIMITS_MAX, TOKEN_NAME_CHARACTERS_MAX } from '../../operators/limits.ts';
import { TOKEN_DRAFT, type TokenDraft } from '../../operators/operator-record.ts';
import type { Token } from '../../operators/tokens/token-table.ts';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type LedgerOperation,
  type ListOperation,
  listResult,
  type Rows,
} from '../definition/operation.ts';
import { SCOPES, type Scope } from '../definition/scopes.ts';
import { actorName, openOperatorState, recordCredential } from './record-credential.ts';
import { limitOf, TOKEN_ITEM } from './token-schema.ts';

type CreateInput = {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly expires: string;
  readonly tenants?: readonly TenantId[] | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
};

/** The secret is in this answer and nowhere else. */
export type CreatedToken = {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly expiresMs: number;
  readonly entry: number;
};

const tenantText: z.ZodType<TenantId> = z.guid().transform((text) => tenantId(text));
const limitText = z.string().min(1).max(TOKEN_NAME_CHARACTERS_MAX);
const tokenName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/)
  .max(TOKEN_NAME_CHARACTERS_MAX);

export const createToken: DocumentOperation<CreateInput, CreatedToken> = {
  name: 'tokens create',
  summary: 'create an API token for a program',
  description:
    'Creates a token for a program that uses the HTTP API. The secret is printed once. ' +
    'Countersign keeps only its hash. A token has scopes, an expiry, and limits if you set them.',
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({
    name: field(tokenName, 'a name that no token had before, such as soc-export', {
      value: 'name',
    }),
    scope: field(z.array(z.enum(SCOPES)).min(1), 'what the token may do', { value: 'scope' }),
    expires: field(z.string().min(1), 'when it ends: 90d, 12h or a time; at most a year', {
      value: 'when',
    }),
    tenants: field(limits(tenantText), 'only data of this tenant', { value: 'tenant' }),
    regions: field(limits(limitText), 'only tenants of this region of the configuration', {
      value: 'region',
    }),
    groups: field(limits(limitText), 'only people of this group of the configuration', {
      value: 'group',
    }),
  }),
  output: z.strictObject({
    id: z.string(),
    name: z.string(),
    secret: z.string(),
    expiresMs: z.int(),
    entry: z.int(),
  }),
  examples: [
    {
      summary: 'Create a token that exports events to a SIEM for 90 days',
      input: { name: 'soc-export', scope: ['feeds:read'], expires: '90d' },
      commandLine: 'tokens create soc-export --scope feeds:read --expires 90d',
      runsOn: 'sample',
    },
  ],
  async run({ clock, random, perform }, { name, scope, expires, tenants, regions, groups }) {
    const { createTokenSecret, hashOfSecret } = await import(
      '../../operators/tokens/token-secret.ts'
    );
    const { expiryOf } = await import('../../operators/tokens/token-expiry.ts');
    const expiresMs = expiryOf(expires, clock.now());
    const secret = createTokenSecret(random);
    const token: TokenDraft = {
      id: randomUUID(),
      name,
      hash: hashOfSecret(secret),
      scopes: [...new Set(scope)],
      tenants: limitOf(tenants),
      regions: limitOf(regions),
      groups: limitOf(groups),
      expiresMs,
    };
    const { entry } = await perform(recordToken, token);
    return documentResult({ id: token.id, name, secret, expiresMs, entry }, YES);
  },
};

/** The process that holds the ledger gets the hash, never the secret. */
export const recordToken: LedgerOperation<TokenDraft, { readonly entry: number }> = {
  name: 'tokens record',
  summary: 'write a new token into the ledger',
  description: 'A step of the operation tokens create.',
  isStep: true,
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: TOKEN_DRAFT,
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, token, by) {
    const { OperatorError } = await import('../../operators/errors.ts');
    using state = await openOperatorState(writer);
    if (state.tokens.named(token.name) !== undefined) {
      const why = 'this name is or was in use. Entries name tokens, so each name is used once';
      throw new OperatorError(
        'NAME_TAKEN',
        `could not create the token ${token.name}: ${why}. Choose another name`,
      );
    }
    const head = { v: 1, atMs: writer.clock.now(), by: actorName(by) } as const;
    return {
      entry: await recordCredential(writer, state, { ...head, what: 'token-created', token }),
    };
  },
};

type RevokeInput = { readonly token: string; readonly reason: string };

export type RevokedToken = { readonly id: string; readonly name: string; readonly entry: number };

export const revokeToken: LedgerOperation<RevokeInput, RevokedToken> = {
  name: 'tokens revoke',
  summary: 'revoke an API token',
  description: 'Revokes a token. The next request with it is refused, and open streams end.',
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    token: field(z.string().min(1), 'its name or id', { value: 'token' }),
    reason: field(z.string().min(1), 'the reason', { value: 'reason' }),
  }),
  output: z.strictObject({ id: z.string(), name: z.string(), entry: z.int() }),
  examples: [
    {
      summary: 'Revoke a token that leaked',
      input: { token: 'soc-export', reason: 'it was in a public repository' },
      commandLine: 'tokens revoke soc-export --reason "it was in a public repository"',
      needs: 'token',
    },
  ],
  async run(writer, { token: text, reason }, by) {
    const { OperatorError } = await import('../../operators/errors.ts');
    using state = await openOperatorState(writer);
    const token = state.tokens.named(text) ?? state.tokens.get(text);
    if (token === undefined || token.revoked !== null) {
      const why = token === undefined ? 'no token has this name or id' : 'it is already revoked';
      throw new OperatorError(
        'UNKNOWN_TOKEN',
        `could not revoke the token ${text}: ${why}. See "countersign tokens list"`,
      );
    }
    const { id, name } = token;
    const head = { v: 1, atMs: writer.clock.now(), by: actorName(by) } as const;
    const record = { ...head, what: 'token-revoked', id, reason } as const;
    return { id, name, entry: await recordCredential(writer, state, record) };
  },
};

type ListInput = { readonly all?: boolean | undefined };

export const listTokens: ListOperation<ListInput, Token, Rows<Token>> = {
  name: 'tokens list',
  summary: 'list API tokens with their scopes, expiry and last use',
  description:
    'Lists the valid tokens. With --all, also revoked and expired ones. The last use is exact ' +
    'to a minute.',
  scope: 'operators:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    all: field(z.boolean().optional(), 'revoked and expired tokens as well'),
  }),
  output: TOKEN_ITEM,
  examples: [
    {
      summary: 'List every token, including revoked ones',
      input: { all: true },
      commandLine: 'tokens list --all',
      runsOn: 'sample',
    },
  ],
  async run({ dataDir, clock, readers }, { all }) {
    const { OperatorState } = await import('../../operators/operator-state.ts');
    const { followEntries } = await import('../../operators/follow-entries.ts');
    const { store, ledger } = await readers.sources();
    using state = OperatorState.open(dataDir);
    await followEntries(state, { store, reader: ledger });
    const nowMs = clock.now();
    const rows = state.tokens
      .all()
      .filter(({ revoked, expiresMs }) => all === true || (revoked === null && expiresMs > nowMs));
    return listResult({ rows, itemOf: (token) => token, conclude: () => YES });
  },
};

function limits<T>(item: z.ZodType<T>): z.ZodType<readonly T[] | undefined> {
  return z.array(item).max(TOKEN_LIMITS_MAX).optional();
}
