import { layout, type RotationResult, rotateKey } from '@countersign/ledger';
import { catchUpProjection } from '../projection/catch-up.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { Rehearsal } from '../projection/rehearsal.ts';
import { type Command, textOption } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export type RotateKeyWork = {
  /** Absolute; undefined: in the data folder, in the place of the old key. */
  readonly toFile: string | undefined;
  /** Absolute: where the present key lies, if not in the data folder. */
  readonly keyFile: string | undefined;
};

export function rotateKeyWork(who: string, { toFile, keyFile }: RotateKeyWork): Command {
  const options = { toFile: toFile ?? null, keyFile: keyFile ?? null };
  return { command: 'ledger rotate-key', args: [], tenant: null, who, options };
}

export async function performRotateKey(
  writer: LedgerWriter,
  work: Command,
  { random }: HandlerContext,
): Promise<RotationResult> {
  const { dir, clock, ledger } = writer;
  const keyFile = textOption(work, 'keyFile');
  const isDry = work.options['dryRun'] === true;
  const rotated = await rotateKey(ledger, {
    dir,
    clock,
    random,
    keyFile,
    toFile: textOption(work, 'toFile'),
    isPlanOnly: isDry,
  });
  if (isDry) {
    const newKeyFile = textOption(work, 'toFile') ?? layout.noteKey(dir);
    throw new Rehearsal([{ kind: 'key', says: { oldVkey: rotated.oldVkey, newKeyFile } }]);
  }
  await catchUpProjection(writer);
  return rotated;
}
