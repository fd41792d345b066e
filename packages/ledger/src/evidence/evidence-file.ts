import { assert } from '@countersign/core';
import { formatBase64, sha256 } from '@countersign/tlog';

/**
 * An evidence file (media type `application/x-ndjson`) holds all that is needed to verify entries
 * without the data folder: one JSON value per line, each spelled as `JSON.stringify` spells it.
 *
 *     {"countersign":"evidence","v":1}
 *     {"rotation":"<key rotation, a signed note>"}                            none or more
 *     {"index":7,"leaf":"…","salt":"<base64>","body":"<base64>","proof":["<base64>",…]}
 *     {"checkpoint":"<checkpoint, a signed note>"}
 *     {"sha256":"<of all bytes before this line>"}
 *
 * `salt` and `body` are null where the body was erased: the envelope alone is proven then. All
 * proofs are against the one checkpoint. The chain of custody is entries like the others: the
 * imports that brought the records in.
 */
/** An evidence file is read whole; a case of this size is better split. */
export const EVIDENCE_BYTES_MAX: number = 256 * 1024 * 1024;

export const EVIDENCE_HEAD = '{"countersign":"evidence","v":1}';

export type EvidenceItem = {
  readonly index: number;
  /** The leaf as it stands in the log, without a newline. */
  readonly leaf: Uint8Array;
  /** Undefined for an erased body. */
  readonly content: { readonly salt: Uint8Array; readonly body: Uint8Array } | undefined;
  /** From the leaf's sibling up to the root's child (RFC 6962 section 2.1.1). */
  readonly proof: readonly Uint8Array[];
};

export type Evidence = {
  readonly rotations: readonly string[];
  readonly items: readonly EvidenceItem[];
  /** The note, signatures and all. */
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
