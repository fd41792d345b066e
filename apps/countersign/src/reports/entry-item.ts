import type { Locus } from '@countersign/core';
import type { EvidenceReport, Leaf } from '@countersign/ledger';
import type { OcsfEvent } from '@countersign/ocsf';
import type { ErasureEntry } from '../projection/entries/erasure-index.ts';

/** All that is known of one entry. */
export type EntryView = {
  readonly index: number;
  readonly leaf: Leaf;
  /** Undefined once it is erased. */
  readonly body: Uint8Array | undefined;
  readonly locus: Locus | undefined;
  readonly bodyFits: boolean | undefined;
  /** Why the body is gone. */
  readonly erasure: ErasureEntry | undefined;
  /** Undefined for our own entries, and without a body. */
  readonly event: OcsfEvent | undefined;
  readonly proof: {
    readonly origin: string;
    readonly size: number;
    readonly root: string;
    readonly hashes: readonly string[];
    readonly checkpoint: string;
    readonly verified: boolean;
  };
};

export function entryItem(entry: EntryView): object {
  const { index, leaf, body, locus, bodyFits, event, erasure, proof } = entry;
  const shown = bodyItem(body ?? 'erased');
  return {
    index,
    leaf,
    body: shown === null || 'base64' in shown ? null : shown.text,
    ...(shown !== null && 'base64' in shown ? { bodyBase64: shown.base64 } : {}),
    bodyState: bodyFits === undefined ? 'erased' : bodyFits ? 'as committed' : 'not as committed',
    erased: erasure === undefined ? null : erasureItem(erasure),
    locus: locus ?? null,
    event: event ?? null,
    proof,
  };
}

function erasureItem({ index, atMs, by, reason, case: caseName }: ErasureEntry): object {
  return { entry: index, at: new Date(atMs).toISOString(), by, reason, case: caseName };
}

export function evidenceItem(report: EvidenceReport): object {
  const { answer, witnessed, problems, checkpoint, items } = report;
  return {
    answer,
    witnessed,
    problems,
    checkpoint: checkpoint ?? null,
    items: items.map(({ index, leaf, body }) => ({ index, leaf, body: bodyItem(body) })),
  };
}

/** Bodies are text as it was delivered; one that is no UTF-8 comes as base64. */
function bodyItem(body: Uint8Array | 'erased'): { text: string } | { base64: string } | null {
  if (body === 'erased') return null;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return { base64: Buffer.from(body).toString('base64') };
  }
}
