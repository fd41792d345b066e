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
    const atMs = writer.clock.now();
    const record = { v: 1, atMs, ...signIn } as const;
    if (signIn.passkey === undefined || signIn.what !== 'operator-signed-in') {
      return { entry: await recordCredential(writer, state, record) };
    }
    const { breakGlassFinding } = await import('./break-glass-finding.ts');
    const finding = breakGlassFinding('signed-in', signIn.by, { atMs, id: signIn.session });
    return { entry: await recordCredential(writer, state, record, finding) };
  },
};
