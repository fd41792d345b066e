import { z } from 'zod';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { actorName, openOperatorState, recordCredential } from './record-credential.ts';

type RevokeInput = { readonly operator: string; readonly reason: string };

export type RevokedOperator = { readonly operator: string; readonly entry: number };

const INPUT: z.ZodType<RevokeInput> = z.strictObject({
  operator: field(z.string().min(1), 'as "operators list" shows it, such as local:ada', {
    value: 'operator',
  }),
  reason: field(z.string().min(1), 'the reason', { value: 'reason' }),
});

const OUTPUT = z.strictObject({ operator: z.string(), entry: z.int() });

const COMMON = {
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: INPUT,
  output: OUTPUT,
} as const;

export const revokeOperator: LedgerOperation<RevokeInput, RevokedOperator> = {
  ...COMMON,
  name: 'operators revoke',
  summary: 'end all access of an operator',
  description:
    'Ends the sessions and unused links of an operator, and revokes the tokens that the operator ' +
    'created and the passkey. It takes effect with the next request, and open streams end. The ' +
    'operator cannot sign in again until "operators restore".',
  examples: [
    {
      summary: 'End the access of a person who left',
      input: { operator: 'local:ada', reason: 'she left the company' },
      commandLine: 'operators revoke local:ada --reason "she left the company"',
      needs: 'service',
    },
  ],
  async run(writer, { operator: person, reason }, by) {
    const { OperatorError } = await import('../../operators/errors.ts');
    const { localNameOf } = await import('../../operators/identity.ts');
    using state = await openOperatorState(writer);
    const isKnown =
      state.operators.all().some((each) => each.person === person) ||
      state.passkeys.all().some(({ name }) => name === localNameOf(person));
    if (!isKnown || state.operators.revocationOf(person) !== undefined) {
      const why = isKnown ? 'the operator is already revoked' : 'no such operator has signed in';
      throw new OperatorError(
        'UNKNOWN_OPERATOR',
        `could not revoke ${person}: ${why}. See "countersign operators list"`,
      );
    }
    const head = { v: 1, atMs: writer.clock.now(), by: actorName(by) } as const;
    const record = { ...head, what: 'operator-revoked', person, reason } as const;
    return { operator: person, entry: await recordCredential(writer, state, record) };
  },
};

export const restoreOperator: LedgerOperation<RevokeInput, RevokedOperator> = {
  ...COMMON,
  name: 'operators restore',
  summary: 'let a revoked operator sign in again',
  description:
    'Ends the revocation of an operator. Sessions, tokens, links and passkeys stay revoked: the ' +
    'operator signs in again.',
  examples: [
    {
      summary: 'Let a person back in',
      input: { operator: 'local:ada', reason: 'the alarm was false' },
      commandLine: 'operators restore local:ada --reason "the alarm was false"',
      needs: 'service',
    },
  ],
  async run(writer, { operator: person, reason }, by) {
    const { OperatorError } = await import('../../operators/errors.ts');
    using state = await openOperatorState(writer);
    if (state.operators.revocationOf(person) === undefined) {
      const why = 'the operator is not revoked. See "countersign operators list"';
      throw new OperatorError('UNKNOWN_OPERATOR', `could not restore ${person}: ${why}`);
    }
    const head = { v: 1, atMs: writer.clock.now(), by: actorName(by) } as const;
    const record = { ...head, what: 'operator-restored', person, reason } as const;
    return { operator: person, entry: await recordCredential(writer, state, record) };
  },
};
