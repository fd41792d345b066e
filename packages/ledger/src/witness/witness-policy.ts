import {
  type NoteVerifier,
  POLICY_BYTES_MAX,
  parsePolicy,
  type TrustPolicy,
  verifierOf,
} from '@countersign/tlog';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { readWholeFile, replaceFile } from '../disk/replace-file.ts';
import { layout } from '../folder/folder-layout.ts';

/** The policy of a data folder, and the keys that it identifies. */
export type WitnessPolicy = {
  readonly policy: TrustPolicy;
  readonly witnesses: readonly NoteVerifier[];
};

/**
 * Returns undefined if no witness is configured.
 * @throws LedgerError MALFORMED_POLICY
 */
export function readWitnessPolicy(files: Disk, dir: string): WitnessPolicy | undefined {
  const bytes = readWholeFile(files, layout.witnessPolicy(dir), POLICY_BYTES_MAX);
  if (bytes === undefined) return undefined;
  const policy = parsePolicy(bytes);
  return { policy, witnesses: policy.witnesses.map(({ key }) => verifierOf(key)) };
}

/**
 * Checks a policy and stores it in the data folder.
 * @throws LedgerError MALFORMED_POLICY
 */
export async function setWitnessPolicy(
  dir: string,
  bytes: Uint8Array,
  files: Disk = nodeFiles,
): Promise<void> {
  parsePolicy(bytes);
  await replaceFile(files, { dir, path: layout.witnessPolicy(dir) }, bytes);
}
