import { z } from 'zod';
import { SESSION_IDLE_MS_MAX } from '../../operators/limits.ts';
import type { OperatorRevocation } from '../../operators/operator-table.ts';
import { YES } from '../definition/conclusion.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';

/** Someone who has signed in, or who can with a passkey. */
export type OperatorItem = {
  readonly operator: string;
  /** The identity provider; null: a link or a passkey of this service. */
  readonly issuer: string | null;
  /** At the last sign-in, or as registered. */
  readonly roles: readonly string[];
  readonly passkey: boolean;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly signIns: number;
  /** Open now. */
  readonly sessions: number;
  /** API tokens that the operator created and that are valid. */
  readonly tokens: number;
  readonly revoked: OperatorRevocation | null;
};

const ITEM: z.ZodType<OperatorItem> = z.strictObject({
  operator: z.string(),
  issuer: z.string().nullable(),
  roles: z.array(z.string()),
  passkey: z.boolean(),
  firstMs: z.int().nullable(),
  lastMs: z.int().nullable(),
  signIns: z.int(),
  sessions: z.int(),
  tokens: z.int(),
  revoked: z.strictObject({ atMs: z.int(), by: z.string(), reason: z.string() }).nullable(),
});

export const listOperators: ListOperation<object, OperatorItem, Rows<OperatorItem>> = {
  name: 'operators list',
  summary: 'list operators with their roles, last sign-in and sessions',
  description:
    'Lists everyone who has signed in to the service, and everyone with a break-glass passkey. ' +
    'Who else may sign in is up to the identity provider and to "operators.assignments" of the ' +
    'configuration.',
  scope: 'operators:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: ITEM,
  examples: [
    {
      summary: 'List everyone who has signed in',
      input: {},
      commandLine: 'operators list',
      runsOn: 'sample',
    },
  ],
  async run({ dataDir, clock, readers }) {
    const { OperatorState } = await import('../../operators/operator-state.ts');
    const { followEntries } = await import('../../operators/follow-entries.ts');
    const { localIdentity, operatorName } = await import('../../operators/identity.ts');
    const { store, ledger } = await readers.sources();
    using state = OperatorState.open(dataDir);
    await followEntries(state, { store, reader: ledger });
    const nowMs = clock.now();
    const passkeys = new Map(
      state.passkeys.all().map((each) => [localIdentity(each.name, []).person, each] as const),
    );
    const sessions = state.sessions
      .open()
      .filter(({ endsMs, seenMs }) => nowMs < endsMs && nowMs - seenMs < SESSION_IDLE_MS_MAX);
    const valid = state.tokens
      .all()
      .filter(({ revoked, expiresMs }) => revoked === null && expiresMs > nowMs);
    const known = state.operators.all();
    const persons = new Set([...known.map(({ person }) => person), ...passkeys.keys()]);
    const rows = [...persons].map((person): OperatorItem => {
      const row = known.find((each) => each.person === person);
      const creator = `${operatorName({ person })}@`;
      return {
        operator: person,
        issuer: row?.issuer ?? null,
        roles: row?.roles ?? passkeys.get(person)?.roles ?? [],
        passkey: passkeys.has(person),
        firstMs: row?.firstMs ?? null,
        lastMs: row?.lastMs ?? null,
        signIns: row?.signIns ?? 0,
        sessions: sessions.filter(({ identity }) => identity.person === person).length,
        tokens: valid.filter(({ createdBy }) => createdBy.startsWith(creator)).length,
        revoked: state.operators.revocationOf(person) ?? null,
      };
    });
    return listResult({ rows, itemOf: (row) => row, conclude: () => YES });
  },
};
