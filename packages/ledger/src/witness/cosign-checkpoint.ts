import { type Answer, plural, unknown, type Watermark, yes } from '@countersign/core';
import {
  fetchWitnessed,
  hashReader,
  isByteEqual,
  type NoteSignature,
  type PolicyWitness,
  proveConsistency,
  quorumAnswer,
  rangeHash,
  type SignedCheckpoint,
  submitCheckpoint,
  verifierOf,
  type WitnessAddress,
} from '@countersign/tlog';
import type { PublishedCheckpoint } from '../append/publisher.ts';
import type { Disk } from '../disk/disk.ts';
import { readTile } from '../entries/tile-files.ts';
import { LedgerError } from '../errors.ts';
import { isAtHome, restoredFolder } from '../folder/host-identity.ts';
import type { LedgerManifest } from '../folder/ledger-manifest.ts';
import { readWitnessPolicy } from './witness-policy.ts';

export type HistoryCheck = {
  readonly files: Disk;
  readonly dir: string;
  readonly manifest: LedgerManifest;
  readonly checkpoint: SignedCheckpoint;
};

/**
 * Compares the folder with what its witnesses have seen, before anything is signed. A log that was
 * truncated or restored from a copy would otherwise sign a second history. An unreachable witness
 * does not stop a folder on its own host, but cannot vouch for a restored folder.
 * @throws LedgerError ROLLED_BACK, RESTORED_FOLDER, MALFORMED_POLICY
 */
export async function checkHistory(check: HistoryCheck): Promise<void> {
  const policy = readWitnessPolicy(check.files, check.dir);
  const { origin, size } = check.checkpoint;
  const asOf: Watermark = { origin, size, at: null };
  const notAsked = unknown(asOf, NOT_ASKED);
  const answers = new Map<string, Answer>();
  for (const witness of policy?.policy.witnesses ?? []) {
    answers.set(witness.name, await compare(check, witness, asOf));
  }
  if (isAtHome(check.files, check.dir)) return;
  const isVouchedFor =
    policy !== undefined &&
    [...answers.values()].some(({ kind }) => kind === 'yes') &&
    quorumAnswer(policy.policy, ({ name }) => answers.get(name) ?? notAsked, yes(asOf)).kind ===
      'yes';
  if (!isVouchedFor) throw restoredFolder(check.dir);
}

const KNOWS_NOTHING = { code: 'witness-new', text: 'the witness has seen nothing of this log yet' };

const NOT_ASKED = { code: 'not-asked', text: 'the witness has no address' };

/** Answers `yes` if the folder contains everything that the witness has seen. */
async function compare(
  check: HistoryCheck,
  witness: PolicyWitness,
  asOf: Watermark,
): Promise<Answer> {
  const address = addressOf(witness);
  if (address === undefined) return unknown(asOf, NOT_ASKED);
  let because = '';
  // The witness may have cosigned under a key that was rotated away since.
  for (const vkey of [...check.manifest.vkeys].reverse()) {
    const seen = await fetchWitnessed(address, verifierOf(vkey));
    // The witness does not know the log, so it gives no evidence for the folder: no data is never
    // yes.
    if (seen.kind === 'none') return unknown(asOf, KNOWS_NOTHING);
    if (seen.kind === 'unreachable') {
      because = seen.because;
      continue;
    }
    checkAgainst(check, witness.name, seen.checkpoint);
    return yes(asOf);
  }
  return unknown(asOf, { code: 'witness-silent', text: `the witness ${witness.name}: ${because}` });
}

function checkAgainst(
  { files, dir, checkpoint }: HistoryCheck,
  name: string,
  seen: SignedCheckpoint,
): void {
  const isLonger = seen.size > checkpoint.size;
  if (!isLonger) {
    const read = hashReader(checkpoint.size, (tile) => readTile(files, dir, tile));
    if (isByteEqual(rangeHash({ from: 0, to: seen.size }, read), seen.root)) return;
  }
  throw rolledBack(dir, name, seen.size, checkpoint.size);
}

function rolledBack(dir: string, name: string, seenSize: number, size: number): LedgerError {
  const what =
    seenSize > size
      ? `its witness ${name} has seen ${plural(seenSize, 'entry')}, and the folder has ${size}`
      : `its witness ${name} has seen other entries than the first ${seenSize} of the folder`;
  return new LedgerError(
    'ROLLED_BACK',
    `could not append to the ledger in ${dir}: ${what}; restore the folder, or give --accept-fork`,
    { data: { dir, witness: name, seenSize, size } },
  );
}

/** The answer of a witness to a checkpoint. */
export type CosignResult = { readonly name: string; readonly because: string | undefined };

export type CosigningReport = {
  readonly signatures: readonly NoteSignature[];
  /** One per witness with an address; `because` if there is no cosignature. */
  readonly results: readonly CosignResult[];
};

/**
 * Asks every witness to cosign a published checkpoint. A refusal is reported but is no failure: the
 * checkpoint is already signed, and an operator who accepted a fork was warned before.
 */
export async function cosign(
  files: Disk,
  dir: string,
  published: PublishedCheckpoint,
): Promise<CosigningReport | undefined> {
  const policy = readWitnessPolicy(files, dir);
  if (policy === undefined) return undefined;
  const signatures: NoteSignature[] = [];
  const results: CosignResult[] = [];
  for (const witness of policy.policy.witnesses) {
    const address = addressOf(witness);
    if (address === undefined) continue;
    const found = await askOne({ files, dir, published, address });
    if (typeof found === 'string') {
      results.push({ name: witness.name, because: found });
    } else {
      signatures.push(...found);
      results.push({ name: witness.name, because: undefined });
    }
  }
  return { signatures, results };
}

type Question = {
  readonly files: Disk;
  readonly dir: string;
  readonly published: PublishedCheckpoint;
  readonly address: WitnessAddress;
};

/** Claims an empty history first. A witness that knows more names the size to prove from. */
async function askOne(question: Question): Promise<readonly NoteSignature[] | string> {
  const { files, dir, published, address } = question;
  const note = Buffer.from(published.note);
  let oldSize = 0;
  for (let tries = 0; tries < CONFLICTS_MAX; tries++) {
    const read = hashReader(published.size, (tile) => readTile(files, dir, tile));
    const proof = proveConsistency(oldSize, published.size, read);
    const result = await submitCheckpoint({ witness: address, oldSize, proof, note });
    if (result.kind === 'cosigned') return result.cosignatures;
    if (result.kind !== 'conflict') return result.because;
    if (result.size > published.size)
      return `it has seen ${plural(result.size, 'entry')}: ${CUT_BACK}`;
    oldSize = result.size;
  }
  return 'it contradicts an earlier answer of its own';
}

const CUT_BACK = 'this log was truncated, so it now has a second history';

/** Another process may have submitted between a conflict and the retry, but not forever. */
const CONFLICTS_MAX = 4;

function addressOf({ key, url }: PolicyWitness): WitnessAddress | undefined {
  if (url === undefined) return undefined;
  // The policy is the configuration: a host that it lists may be called.
  return { url, verifier: verifierOf(key), permittedHosts: [new URL(url).hostname] };
}
