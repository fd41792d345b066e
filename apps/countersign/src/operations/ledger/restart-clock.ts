import { z } from 'zod';
import type { ClockRestart } from '../../ingest/restart-clock.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';

export const restartLedgerClock: LedgerOperation<{ readonly reason: string }, ClockRestart> = {
  name: 'ledger restart-clock',
  summary: 'stamp new entries with the right time again, after a clock was ahead',
  description:
    'A clock that was ahead stamps entries with a future time, and later entries are never ' +
    'stamped earlier. First set the clock of the machine. This command then ' +
    'appends an entry that declares the restart, with your name and reason. Earlier entries ' +
    'do not change. See docs/how-to/recover-from-a-wrong-clock.md.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    reason: field(z.string().min(1), 'why the clock was ahead', { value: 'text' }),
  }),
  output: z.strictObject({ entry: z.int(), lastSeen: z.string(), seen: z.string() }),
  examples: [
    {
      summary: 'After the clock of the machine was set right',
      input: { reason: 'the virtual machine resumed with a wrong clock' },
      commandLine: 'ledger restart-clock --reason "the virtual machine resumed with a wrong clock"',
      needs: 'clock ahead',
    },
  ],
  async run(writer, { reason }, { actor }) {
    const { restartClock } = await import('../../ingest/restart-clock.ts');
    const { entry, lastSeen, seen } = await restartClock(writer, { reason, actor });
    return { entry, lastSeen, seen };
  },
};
