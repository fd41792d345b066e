import type { LedgerReader } from '@countersign/ledger';

/** Reads records of the ledger as JSON. */
export class RecordReader {
  readonly #ledger: LedgerReader;
  readonly #decoder = new TextDecoder();

  constructor(ledger: LedgerReader) {
    this.#ledger = ledger;
  }

  async read(index: number): Promise<unknown> {
    if (index >= this.#ledger.size) return undefined;
    const body = await this.#ledger.body(index);
    if (body.kind === 'erased') return undefined;
    try {
      return JSON.parse(this.#decoder.decode(body.bytes).replace(/^\ufeff/, ''));
    } catch {
      return undefined;
    }
  }
}
