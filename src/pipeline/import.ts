import { randomUUID } from 'node:crypto';
import { messageOf, type TenantId } from '../core/index.ts';
import {
  type Document,
  type DocumentEnd,
  type Input,
  inputBytes,
  PageTally,
  type ReaderEvent,
  readInputs,
} from '../intake/index.ts';
import type { CosignResult } from '../ledger/index.ts';
import { Conveyor } from './conveyor.ts';
import { DeliveryFacts } from './coverage-facts.ts';
import { placeOf } from './lane.ts';
import { REJECTS_TOLD_MAX } from './limits.ts';
import type { RejectedItem } from './messages.ts';
import { keepOriginal } from './originals.ts';
import {
  type CoverageBody,
  type Doer,
  type ImportBegun,
  type ImportEnded,
  ownEntry,
} from './own-entries.ts';
import { park, type ReadAs } from './parked.ts';
import { type ImportProgress, ProgressMeter } from './progress.ts';
import type { Writer } from './writer.ts';

export type ImportOptions = {
  readonly inputs: readonly Input[];
  /** The tenant of records that state none. */
  readonly tenant?: TenantId | undefined;
  /** Where the files are from, in the words of whoever imports them. */
  readonly origin?: string | undefined;
  readonly originals?: 'keep' | 'leave';
  readonly doer: Doer;
  /** Worker threads; two fill two cores. */
  readonly lanes: number;
  /** Aborted: the import stops between two batches, and says so in the ledger. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
};

/** `read = accepted + duplicates + rejected`. */
export type ImportReport = {
  readonly files: number;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first {@link REJECTS_TOLD_MAX} of them; every one is parked. */
  readonly rejects: readonly {
    readonly file: string;
    readonly at: string;
    readonly reason: string;
  }[];
  /**
   * Entries that the ledger gained: the accepted records and what Countersign says of the import.
   */
  readonly entries: number;
  readonly checkpoint: {
    /** Null where no ledger was made, since nothing was there to be read. */
    readonly origin: string | null;
    readonly size: number;
    readonly root: string;
  };
  readonly warnings: readonly { readonly file: string; readonly text: string }[];
  /** What each witness of the log said to the checkpoint; none where it has no witnesses. */
  readonly witnesses: readonly CosignResult[];
  readonly interrupted: boolean;
};

/**
 * Reads exports into the ledger and the books. A crash at any moment loses nothing and doubles
 * nothing: what was committed is a duplicate when the same import is run again.
 */
export async function importPaths(writer: Writer, options: ImportOptions): Promise<ImportReport> {
  const run = new ImportRun(writer, options);
  try {
    await run.readAll();
    return await run.conclude();
  } finally {
    await run.stop();
  }
}

/** The import of one document. */
type Current = {
  readonly document: Document;
  readonly importId: string;
  readonly importNumber: number;
  readonly tally: PageTally;
  readonly said: DocumentEnd['completeness'][number][];
  readonly facts: DeliveryFacts;
  accepted: number;
  duplicates: number;
  rejected: number;
};

class ImportRun {
  readonly #writer: Writer;
  readonly #options: ImportOptions;
  readonly #conveyor: Conveyor;
  readonly #meter: ProgressMeter;
  readonly #sizeBefore: number;
  readonly #rejects: { file: string; at: string; reason: string }[] = [];
  readonly #warnings: { file: string; text: string }[] = [];
  readonly #total = { files: 0, accepted: 0, duplicates: 0, rejected: 0 };
  #current: Current | undefined;
  #interrupted = false;

  constructor(writer: Writer, options: ImportOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#conveyor = new Conveyor(writer, options.lanes);
    this.#meter = new ProgressMeter(writer.clock, options.onProgress);
    this.#sizeBefore = writer.ledger.size;
  }

  async readAll(): Promise<void> {
    const { inputs, signal } = this.#options;
    this.#meter.total(await inputBytes(inputs));
    for await (const event of readInputs(inputs)) {
      await this.#take(event);
      await this.#sayClockSteps();
      if (signal?.aborted !== true) continue;
      this.#interrupted = true;
      if (this.#current !== undefined) await this.#end(this.#current, undefined);
      return;
    }
  }

  async conclude(): Promise<ImportReport> {
    await this.#sayClockSteps();
    await this.#conveyor.post();
    const { origin, size, root } = await this.#writer.ledger.publish();
    const witnesses = (await this.#writer.ledger.witness()) ?? [];
    // The lanes' memory goes before the compaction takes its own.
    await this.#conveyor.stop();
    await this.#compact();
    const { files, accepted, duplicates, rejected } = this.#total;
    return {
      files,
      read: accepted + duplicates + rejected,
      accepted,
      duplicates,
      rejected,
      rejects: this.#rejects,
      entries: size - this.#sizeBefore,
      checkpoint: { origin, size, root: Buffer.from(root).toString('base64') },
      warnings: this.#warnings,
      witnesses,
      interrupted: this.#interrupted,
    };
  }

  /** Everything is in by now, and answers do not depend on it: a failure is said, and no more. */
  async #compact(): Promise<void> {
    try {
      await this.#writer.books.compact();
    } catch (error) {
      const text = `the books were not compacted, so questions take longer: ${messageOf(error)}`;
      this.#warnings.push({ file: this.#writer.dir, text });
    }
  }

  async stop(): Promise<void> {
    await this.#conveyor.stop();
  }

  async #take(event: ReaderEvent): Promise<void> {
    switch (event.kind) {
      case 'document':
        await this.#begin(event.document);
        return;
      case 'chunk': {
        const current = this.#expectCurrent();
        const { importNumber } = current;
        const { tenant } = this.#options;
        const context = { importNumber, tenant };
        const { form, columns, delimiter } = event.chunk;
        const readAs = { form, columns, delimiter, tenant: tenant ?? null };
        await this.#conveyor.feed(event.chunk, context, ({ read, accepted, duplicates }) => {
          current.accepted += accepted;
          current.duplicates += duplicates;
          current.facts.merge(read.facts);
          for (const reject of read.rejects) this.#reject(current, reject, readAs);
          for (let i = 0; i < read.pages.length; i += 2) {
            current.tally.add(read.pages[i] as number, read.pages[i + 1] as number);
          }
          current.said.push(...read.said);
          this.#meter.records(read.count);
        });
        this.#meter.bytes(event.diskBytesRead);
        return;
      }
      case 'reject': {
        const { row, offset, reason } = event.reject;
        const item = { at: placeOf(row, offset), reason, bytes: null };
        this.#reject(this.#expectCurrent(), item, null);
        return;
      }
      case 'end':
        await this.#end(this.#expectCurrent(), event.end);
        return;
      case 'refused': {
        this.#total.files += 1;
        this.#total.rejected += 1;
        this.#tellReject(event.name, { at: 'whole file', reason: event.error.message });
        const place = { file: event.name, at: 'whole file', reason: event.error.message };
        park(this.#writer.dir, { ...place, import: null, readAs: null }, null);
      }
    }
  }

  async #begin(document: Document): Promise<void> {
    const importId = randomUUID();
    const body: ImportBegun = {
      v: 1,
      phase: 'begun',
      importId,
      file: document.name,
      origin: this.#options.origin ?? null,
      ...this.#options.doer,
    };
    const [importNumber = 0] = await this.#append('import', body);
    this.#total.files += 1;
    this.#current = {
      document,
      importId,
      importNumber,
      tally: new PageTally(),
      said: [],
      facts: new DeliveryFacts(),
      accepted: 0,
      duplicates: 0,
      rejected: 0,
    };
  }

  /** `end` is undefined for a document that was not read to its end. */
  async #end(current: Current, end: DocumentEnd | undefined): Promise<void> {
    this.#current = undefined;
    await this.#conveyor.drain();
    const { document, importId, importNumber, accepted, duplicates, rejected } = current;
    const warnings = this.#warningsOf(current, end);
    for (const text of warnings) this.#warnings.push({ file: document.name, text });
    const original = end !== undefined && this.#options.originals === 'keep';
    if (original) await keepOriginal(this.#writer.dir, document.path, end.sha256);
    const body: ImportEnded = {
      v: 1,
      phase: end === undefined ? 'interrupted' : 'ended',
      importId,
      import: importNumber,
      file: document.name,
      origin: this.#options.origin ?? null,
      ...this.#options.doer,
      size: end?.diskBytes ?? null,
      sha256: end?.sha256 ?? null,
      read: accepted + duplicates + rejected,
      accepted,
      duplicates,
      rejected,
      warnings,
      original,
    };
    await this.#append('import', body);
    const rows = current.facts.coverage(warnings);
    if (rows.length > 0) {
      const coverage: CoverageBody = { v: 1, importId, rows };
      await this.#append('coverage', coverage);
    }
    this.#total.accepted += accepted;
    this.#total.duplicates += duplicates;
    this.#total.rejected += rejected;
  }

  #warningsOf(current: Current, end: DocumentEnd | undefined): string[] {
    if (end === undefined) return ['the import was interrupted before the end of the file'];
    const { accepted, duplicates } = current;
    const said = [...current.said, ...end.completeness];
    const records = accepted + duplicates;
    // What stopped the reading half way is among them: the end of a document says it as well.
    return current.tally
      .conclude({ said, records })
      .filter(({ kind }) => kind !== 'whole' && kind !== 'nothing-said')
      .map(({ detail }) => detail);
  }

  async #append(kind: 'import' | 'coverage', body: object): Promise<readonly number[]> {
    return this.#conveyor.append([ownEntry(kind, this.#writer.clock.now(), body)]);
  }

  /** Behind all that was fed so far: the batch that met the step is durable then. */
  async #sayClockSteps(): Promise<void> {
    const { clock, clockSteps } = this.#writer;
    if (clockSteps.count > 0) await this.#conveyor.append(clockSteps.take(clock.now()));
  }

  #reject(current: Current, item: RejectedItem, readAs: ReadAs | null): void {
    current.rejected += 1;
    const { at, reason } = item;
    this.#tellReject(current.document.name, item);
    const place = { file: current.document.name, at, reason, import: current.importNumber };
    park(this.#writer.dir, { ...place, readAs }, item.bytes);
  }

  #tellReject(
    file: string,
    { at, reason }: { readonly at: string; readonly reason: string },
  ): void {
    if (this.#rejects.length < REJECTS_TOLD_MAX) this.#rejects.push({ file, at, reason });
  }

  #expectCurrent(): Current {
    if (this.#current === undefined) throw new RangeError('the reader yields a document first');
    return this.#current;
  }
}
