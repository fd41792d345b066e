import type { Leaf } from './leaf.ts';
import { LeafCursor } from './leaf-cursor.ts';

/**
 * `parseLeaf` for many consecutive leaves, several times faster. It accepts exactly what
 * `parseLeaf` accepts. Belongs to one thread.
 */
export class LeafParser {
  readonly #cursor = new LeafCursor();

  /** @throws LedgerError MALFORMED_LEAF */
  parse(bytes: Uint8Array): Leaf {
    this.#cursor.open(bytes);
    this.#cursor.read(0, bytes.length);
    return this.#cursor.leaf();
  }
}
