import { type CosignResult, setWitnessPolicy } from '@countersign/ledger';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type Command, textOption } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export type WitnessReport = {
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  /** What each witness said; null where the log has none. */
  readonly witnesses: readonly CosignResult[] | null;
};

/** `policy`: the text of a C2SP tlog-policy that the data folder shall have from now on. */
export function witnessWork(who: string, policy: string | undefined): Command {
  const options = { policy: policy ?? null };
  return { command: 'ledger witness', args: [], tenant: null, who, options };
}

/** Asks the witnesses of the log to cosign it, after a new policy has been taken over. */
export async function performWitness(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<WitnessReport> {
  const { ledger, dir, clock } = writer;
  const policy = textOption(work, 'policy');
  if (policy !== undefined) {
    await setWitnessPolicy(dir, Buffer.from(policy));
    const atMs = clock.now();
    const said = { v: 1, config: 'witness-policy', policy, ...actor, atMs };
    await ledger.append([ownEntryDraft('config', atMs, said)]);
    await catchUpProjection(writer);
  }
  const { origin, size, root } = await ledger.publish();
  const checkpoint = { origin, size, root: Buffer.from(root).toString('base64') };
  return { checkpoint, witnesses: (await ledger.witness()) ?? null };
}
