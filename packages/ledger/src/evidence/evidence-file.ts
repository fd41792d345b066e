import { assert } from '@countersign/core';
import { formatBase64, sha256 } from '@countersign/tlog';

/**
 * An evidence file (media type `application/x-ndjson`) contains everything that is needed to verify
 * entries without the data folder: one JSON value per line, spelled as `JSON.stringify` spells it.
 *
 *     {"countersign":"evidence","v":2}
 *     {"rotation":"<key rotation, a signed note>"}                            none or more
 *     {"index":7,"leaf":"…","salt":"<base64>","body":"<base64>","proof":["<base64>",…]}
 *     {"checkpoint":"<checkpoint, a signed note>"}
 *     {"sha256":"<of all bytes before this line>"}
 *
 * `salt` and `body` are null if the body was erased. Then only the envelope is proven. All proofs
 * refer to the one checkpoint. The chain of custody consists of ordinary entries: the imports that
 * delivered the records.
 */
/** An evidence file is read into memory. Split a larger case into several files. */
export const EVIDENCE_BYTES_MAX: number = 256 * 1024 * 1024;

export const EVIDENCE_HEAD = '{"countersign":"evidence","v":2}';
/** Its leaves had another commitment. The verifier names the format instead of false bodies. */
export const EVIDENCE_HEAD_V1 = '{"countersign":"evidence","v":1}';

export type EvidenceItem = {
  readonly index: number;
  /** The leaf as it is in the log, without a newline. */
  readonly leaf: Uint8Array;
  /** Undefined for an erased body. */
  readonly content: { readonly salt: Uint8Array; readonly body: Uint8Array } | undefined;
  /** From the leaf's sibling up to the root's child (RFC 6962 section 2.1.1). */
  readonly proof: readonly Uint8Array[];
};

export type Evidence = {
  readonly rotations: readonly string[];
  readonly items: readonly EvidenceItem[];
  /** The note, including its signatures. */
  readonly checkpoint: string;
};

export function encodeEvidence(evidence: Evidence): Buffer {
  assert(evidence.items.length > 0, 'evidence is of at least one entry');
  const lines = [
    EVIDENCE_HEAD,
    ...evidence.rotations.map((rotation) => JSON.stringify({ rotation })),
    ...evidence.items.map(formatItem),
    JSON.stringify({ checkpoint: evidence.checkpoint }),
  ];
  const proven = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const digest = JSON.stringify({ sha256: sha256(proven).toString('hex') });
  return Buffer.concat([proven, Buffer.from(`${digest}\n`)]);
}

function formatItem({ index, leaf, content, proof }: EvidenceItem): string {
  return JSON.stringify({
    index,
    leaf: Buffer.from(leaf).toString('utf8'),
    salt: content === undefined ? null : formatBase64(content.salt),
    body: content === undefined ? null : formatBase64(content.body),
    proof: proof.map(formatBase64),
  });
}
