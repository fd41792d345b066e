import { appendAct } from '../people/append-act.ts';
import { closeWriter, type HostWriter } from './open-writer.ts';

/**
 * Records that an operator has accepted a fork (`--accept-fork`), before any other entry. The
 * folder counts as restored until the entry is durable.
 */
export async function recordAcceptedFork(
  writer: HostWriter,
  actor: { readonly who: string; readonly host: string; readonly version: string },
): Promise<void> {
  const { ledger } = writer;
  const fork = ledger.recovery.acceptedFork;
  if (fork === undefined) return;
  try {
    const cause = fork.code.toLowerCase().replaceAll('_', '-');
    await appendAct(writer, { actor }, { act: 'fork-accepted', cause, size: ledger.size });
    await ledger.adopt();
  } catch (error) {
    await closeWriter(writer);
    throw error;
  }
}
