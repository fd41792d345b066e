import { LEAF_BYTES_MAX } from '@countersign/core';
import {
  isEventTime,
  isHex,
  isLeafId,
  isSeen,
  type Leaf,
  leafHead,
  leafTail,
  parseLeaf,
} from './leaf.ts';

const AT = '","at":"'.length;
const SEEN = '","seen":"'.length;
const SEEN_CHARS = 24;
const SIZE = '","size":'.length;
const SHA256 = ',"sha256":"'.length;
const SHA256_CHARS = 64;
const SIZE_FORM = /^(?:0|[1-9]\d{0,9})$/;

/**
 * {@link parseLeaf} for many consecutive leaves. Neighbors share kind, tenant, source and usually
 * the time of arrival, so a value that was checked once is only compared. It accepts exactly what
 * `parseLeaf` accepts, and leaves refusals to it. Belongs to one thread.
 */
export class LeafParser {
  #head = '';
  #last: Leaf | undefined;

  /** @throws LedgerError MALFORMED_LEAF */
  parse(bytes: Uint8Array): Leaf {
    const leaf = this.#parseLike(bytes) ?? parseLeaf(bytes);
    if (leaf.kind !== this.#last?.kind || !hasSameHead(leaf, this.#last)) {
      this.#head = leafHead(leaf.kind, leaf.tenant, leaf.source);
    }
    this.#last = leaf;
    return leaf;
  }

  /** Returns undefined in every doubtful case. */
  #parseLike(bytes: Uint8Array): Leaf | undefined {
    const last = this.#last;
    if (last === undefined || bytes.length > LEAF_BYTES_MAX) return undefined;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    if (!text.startsWith(this.#head)) return undefined;
    const idEnd = text.indexOf('"', this.#head.length);
    const id = text.slice(this.#head.length, idEnd);
    const atEnd = text.indexOf('"', idEnd + AT);
    const at = text.slice(idEnd + AT, atEnd);
    const seenEnd = atEnd + SEEN + SEEN_CHARS;
    const seen = text.slice(atEnd + SEEN, seenEnd);
    const sizeEnd = text.indexOf(',', seenEnd + SIZE);
    const size = text.slice(seenEnd + SIZE, sizeEnd);
    const sha256 = text.slice(sizeEnd + SHA256, sizeEnd + SHA256 + SHA256_CHARS);
    const { kind, tenant, source } = last;
    const leaf: Leaf = { kind, tenant, source, id, at, seen, size: Number(size), sha256 };
    const isWhole = text === this.#head + leafTail(leaf);
    const isTrue =
      isWhole &&
      isLeafId(id) &&
      isEventTime(at) &&
      (seen === last.seen || isSeen(seen)) &&
      SIZE_FORM.test(size) &&
      sha256.length === SHA256_CHARS &&
      isHex(sha256, 0, SHA256_CHARS);
    return isTrue ? leaf : undefined;
  }
}

function hasSameHead(a: Leaf, b: Leaf): boolean {
  return a.tenant === b.tenant && a.source === b.source;
}
