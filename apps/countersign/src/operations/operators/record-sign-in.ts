import { z } from 'zod';
import { type OperatorSignIn, SIGN_IN_BY } from '../../operators/operator-record.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { openOperatorState, recordCredential } from './record-credential.ts';

type SignInRecord = OperatorSignIn & { readonly by: string };

export const recordSignIn: LedgerOperation<SignInRecord, { readonly entry: number }> = {
  name: 'operators record-sign-in',
  summary: 'write a sign-in of an operator into the ledger',
  description: 'A step of the sign-in of operators.',
  isStep: true,
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: SIGN_IN_BY,
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, signIn) {
    using state = await openOperatorState(writer);
    const record = { v: 1, atMs: writer.clock.now(), ...signIn } as const;
    return { entry: await recordCredential(writer, state, record) };
  },
};
