import { z } from 'zod';
import { BREAK_GLASS_MAX } from '../../operators/limits.ts';
import {
  OPERATOR_PASSKEY,
  type OperatorPasskey,
  type PasskeyRefusal,
  REFUSAL_BY,
} from '../../operators/operator-record.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { openOperatorState, recordCredential } from './record-credential.ts';

type PasskeyRecord = { readonly passkey: OperatorPasskey; readonly by: string };

export const recordOperatorPasskey: LedgerOperation<PasskeyRecord, { readonly entry: number }> = {
  name: 'operators record-passkey',
  summary: 'write the passkey of a break-glass operator into the ledger',
  description: 'A step of the registration of a break-glass operator.',
  isStep: true,
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({ passkey: OPERATOR_PASSKEY, by: z.string() }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, { passkey, by }) {
    const { OperatorError } = await import('../../operators/errors.ts');
    const { breakGlassFinding } = await import('./break-glass-finding.ts');
    using state = await openOperatorState(writer);
    const known = state.passkeys.all();
    // Checked here, where one request follows the other.
    if (known.length >= BREAK_GLASS_MAX || known.some(({ name }) => name === passkey.name)) {
      const why = 'each of at most two break-glass operators has one';
      const cure = 'revoke one first: countersign operators revoke';
      throw new OperatorError(
        'TOO_MANY_PASSKEYS',
        `could not register the passkey of ${passkey.name}: ${why}; ${cure}`,
      );
    }
    const atMs = writer.clock.now();
    const record = { v: 1, atMs, by, what: 'operator-passkey-registered', passkey } as const;
    const finding = breakGlassFinding('registered', by, { atMs, id: passkey.id });
    return { entry: await recordCredential(writer, state, record, finding) };
  },
};

type RefusalRecord = PasskeyRefusal & { readonly by: string };

export const recordPasskeyRefusal: LedgerOperation<RefusalRecord, { readonly entry: number }> = {
  name: 'operators record-refusal',
  summary: 'write the refusal of a break-glass passkey into the ledger',
  description: 'A step of the sign-in of break-glass operators.',
  isStep: true,
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: REFUSAL_BY,
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, refusal) {
    const { refusedPasskeyFinding } = await import('./break-glass-finding.ts');
    using state = await openOperatorState(writer);
    const atMs = writer.clock.now();
    const finding = refusedPasskeyFinding(refusal, atMs);
    return { entry: await recordCredential(writer, state, { v: 1, atMs, ...refusal }, finding) };
  },
};
