import { type CosignResult, setWitnessPolicy } from '@countersign/ledger';
import { catchUp } from '../projection/catch-up.ts';
import { ownEntry } from '../projection/entries/own-entry.ts';
import { textOption, type Work } from './forwarding/command.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

export type WitnessReport = {
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  /** What each witness said; null where the log has none. */
  readonly witnesses: readonly CosignResult[] | null;
};

/** `policy`: the text of a C2SP tlog-policy that the data folder shall have from now on. */
export function witnessWork(who: string, policy: string | undefined): Work {
  const options = { policy: policy ?? null };
  return { command: 'ledger witness', args: [], tenant: null, who, options };
}

/** Asks the witnesses of the log to cosign it, after a new policy has been taken over. */
export async function performWitness(
  writer: Writer,
  work: Work,
  { doer }: Performer,
): Promise<WitnessReport> {
  const { ledger, dir, clock } = writer;
  const policy = textOption(work, 'policy');
  if (policy !== undefined) {
    await setWitnessPolicy(dir, Buffer.from(policy));
    const atMs = clock.now();
    const said = { v: 1, config: 'witness-policy', policy, ...doer, atMs };
    await ledger.append([ownEntry('config', atMs, said)]);
    await catchUp(writer);
  }
  const { origin, size, root } = await ledger.publish();
  const checkpoint = { origin, size, root: Buffer.from(root).toString('base64') };
  return { checkpoint, witnesses: (await ledger.witness()) ?? null };
}
