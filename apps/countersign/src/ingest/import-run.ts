import { randomUUID } from 'node:crypto';
import type { TenantId } from '@countersign/core';
import type { CosignResult } from '@countersign/ledger';
import {
  type Document,
  type DocumentEnd,
  type Input,
  PageTally,
  type ReaderEvent,
} from '@countersign/m365/files';
import { compactStore } from '../projection/compact-store.ts';
import {
  type Actor,
  type CoverageBody,
  type ImportEnd,
  type ImportStart,
  ownEntryDraft,
} from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { filesOf, type Origin, type RunSource } from './import-source.ts';
import { REJECTS_LISTED_MAX } from './limits.ts';
import { DeliveredCoverage } from './pipeline/delivered-coverage.ts';
import { type ChunkOutcome, IngestPipeline } from './pipeline/ingest-pipeline.ts';
import { placeOf } from './pipeline/record-worker.ts';
import type { RejectedItem } from './pipeline/worker-messages.ts';
import { type ImportProgress, ProgressMeter } from './progress-meter.ts';
import { keepOriginal } from './quarantine/original-files.ts';
import { type QuarantinedItem, quarantineItem, type ReadAs } from './quarantine/quarantine.ts';

export type ImportOptions = {
  readonly inputs: readonly Input[];
  /** The tenant of records that state none. */
  readonly tenant?: TenantId | undefined;
  /** The origin of the files, in the operator's words. */
  readonly origin?: string | undefined;
  readonly originals?: 'keep' | 'leave';
  readonly actor: Actor;
  /** Worker threads; two saturate two cores. */
  readonly workers: number;
  /** Aborted: the import stops between two batches and records that in the ledger. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Runs once every record is in the store, before the report. */
  readonly afterImport: () => Promise<AfterImportReport>;
};

/** Failures of the work after an import. */
export type AfterImportReport = {
  /** Failures of this run, by detector. */
  readonly failures: readonly { readonly detector: string; readonly because: string }[];
  /** All detectors that have failed and find nothing, in sentences. */
  readonly failed: readonly string[];
};

/** `read = accepted + duplicates + rejected`. */
export type ImportReport = {
  readonly files: number;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first {@link REJECTS_LISTED_MAX} rejects. All are quarantined. */
  readonly rejects: readonly {
    readonly file: string;
    readonly at: string;
    readonly reason: string;
  }[];
  /** Entries added to the ledger: accepted records and Countersign's entries about the import. */
  readonly entries: number;
  readonly checkpoint: {
    /** Null if no ledger was created because there was no input. */
    readonly origin: string | null;
    readonly size: number;
    readonly root: string;
  };
  readonly warnings: readonly { readonly file: string; readonly text: string }[];
  /** Rules and detectors that failed. That they found nothing proves nothing. */
  readonly failed: readonly string[];
  /** Each witness's reply to the checkpoint; empty without witnesses. */
  readonly witnesses: readonly CosignResult[];
  readonly interrupted: boolean;
};

/**
 * Imports exports into the ledger and the store.
 *
 * A crash loses and doubles nothing: a rerun counts committed records as duplicates.
 */
export async function importPaths(
  writer: LedgerWriter,
  { inputs, ...options }: ImportOptions,
): Promise<ImportReport> {
  const { dir: except } = writer;
  const outside = inputs.map((i): Input => (i.kind === 'path' ? { ...i, except } : i));
  return runImport(writer, options, filesOf(outside));
}

/** Options of an import of any input. */
export type RunOptions = Omit<ImportOptions, 'inputs'>;

export async function runImport(
  writer: LedgerWriter,
  options: RunOptions,
  source: RunSource,
): Promise<ImportReport> {
  const run = new ImportRun(writer, options, source);
  try {
    await run.readAll();
    return await run.conclude();
  } finally {
    await run.stop();
  }
}

/** The document that is being imported. */
type Current = {
  readonly document: Document;
  readonly origin: Origin | undefined;
  readonly importId: string;
  readonly importNumber: number;
  readonly tally: PageTally;
  readonly completeness: DocumentEnd['completeness'][number][];
  readonly facts: DeliveredCoverage;
  accepted: number;
  duplicates: number;
  rejected: number;
};

class ImportRun {
  readonly #writer: LedgerWriter;
  readonly #options: RunOptions;
  readonly #source: RunSource;
  readonly #pipeline: IngestPipeline;
  readonly #meter: ProgressMeter;
  readonly #sizeBefore: number;
  readonly #rejects: { file: string; at: string; reason: string }[] = [];
  readonly #warnings: { file: string; text: string }[] = [];
  #failed: readonly string[] = [];
  readonly #total = { files: 0, accepted: 0, duplicates: 0, rejected: 0 };
  #current: Current | undefined;
  #interrupted = false;

  constructor(writer: LedgerWriter, options: RunOptions, source: RunSource) {
    this.#writer = writer;
    this.#options = options;
    this.#source = source;
    this.#pipeline = new IngestPipeline(writer, { workers: options.workers });
    this.#meter = new ProgressMeter(writer.clock, options.onProgress);
    this.#sizeBefore = writer.ledger.size;
  }

  async readAll(): Promise<void> {
    const { signal } = this.#options;
    this.#meter.total(await this.#source.bytes());
    for await (const event of this.#source.events()) {
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
    const closing = await this.#source.closing();
    if (closing.length > 0) await this.#pipeline.append(closing);
    await this.#pipeline.post();
    // Free the workers' memory before detectors and compaction allocate theirs.
    await this.#pipeline.stop();
    await this.#finish();
    const { origin, size, root } = await this.#writer.ledger.publish();
    const witnesses = (await this.#writer.ledger.witness()) ?? [];
    const failure = await compactStore(this.#writer);
    if (failure !== undefined) this.#warnings.push({ file: this.#writer.dir, text: failure });
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
      failed: this.#failed,
      witnesses,
      interrupted: this.#interrupted,
    };
  }

  async stop(): Promise<void> {
    await this.#pipeline.stop();
  }

  /** A failing detector stops no other, and the report names it. */
  async #finish(): Promise<void> {
    const { failures, failed } = await this.#options.afterImport();
    for (const { detector, because } of failures) {
      this.#warnings.push({ file: this.#writer.dir, text: `${detector}: ${because}` });
    }
    this.#failed = failed;
  }

  async #take(event: ReaderEvent): Promise<void> {
    switch (event.kind) {
      case 'document':
        await this.#begin(event.document);
        return;
      case 'chunk': {
        const current = this.#expectCurrent();
        const { importNumber, origin } = current;
        const tenant = this.#options.tenant ?? origin?.tenant;
        const context = { importNumber, tenant, delivered: origin?.delivered };
        const { form, columns, delimiter } = event.chunk;
        const readAs = { form, columns, delimiter, tenant: tenant ?? null };
        const outcome = ({ read, accepted, duplicates }: ChunkOutcome): void => {
          current.accepted += accepted;
          current.duplicates += duplicates;
          current.facts.merge(read.facts);
          for (const reject of read.rejects) {
            const at = this.#source.stays(current.document, reject.row);
            if (at === undefined) this.#reject(current, reject, readAs);
            else this.#stays(current, { ...reject, at });
          }
          for (let i = 0; i < read.pages.length; i += 2) {
            current.tally.add(read.pages[i] as number, read.pages[i + 1] as number);
          }
          current.completeness.push(...read.completeness);
          this.#meter.records(read.count);
        };
        await this.#pipeline.feed(event.chunk, context, { outcome });
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
        const { name: file, error } = event;
        const place = { at: 'whole file', reason: error.message };
        this.#tellReject(file, place);
        if (!this.#source.parks(error)) return;
        this.#quarantineItem({ file, ...place, import: null, readAs: null }, null);
      }
    }
  }

  async #begin(document: Document): Promise<void> {
    const importId = randomUUID();
    const origin = this.#source.originOf(document);
    const body: ImportStart = {
      v: 1,
      phase: 'begun',
      importId,
      file: document.name,
      origin: this.#options.origin ?? null,
      ...(origin === undefined ? {} : { quarantinedBy: origin.quarantinedBy }),
      ...this.#options.actor,
    };
    const [importNumber = 0] = await this.#append('import', body);
    this.#total.files += 1;
    this.#current = {
      document,
      origin,
      importId,
      importNumber,
      tally: new PageTally(),
      completeness: [],
      facts: new DeliveredCoverage(),
      accepted: 0,
      duplicates: 0,
      rejected: 0,
    };
  }

  /** `end` is undefined if the document was not read to its end. */
  async #end(current: Current, end: DocumentEnd | undefined): Promise<void> {
    this.#current = undefined;
    await this.#pipeline.settle();
    const { document, origin, importId, importNumber, accepted, duplicates, rejected } = current;
    // Quarantined input is not a file: it has no digest and no end of its own.
    const file = origin === undefined ? end : undefined;
    const warnings = this.#warningsOf(current, end);
    for (const text of warnings) this.#warnings.push({ file: document.name, text });
    const original = file !== undefined && this.#options.originals === 'keep';
    if (original) await keepOriginal(this.#writer.dir, document.path, file.sha256);
    const body: ImportEnd = {
      v: 1,
      phase: end === undefined ? 'interrupted' : 'ended',
      importId,
      import: importNumber,
      file: document.name,
      origin: this.#options.origin ?? null,
      ...(origin === undefined ? {} : { quarantinedBy: origin.quarantinedBy }),
      ...this.#options.actor,
      size: file?.diskBytes ?? null,
      sha256: file?.sha256 ?? null,
      read: accepted + duplicates + rejected,
      accepted,
      duplicates,
      rejected,
      warnings,
      original,
    };
    await this.#append('import', body);
    const rows = current.facts.coverage(warnings);
    // For collected input, the requested windows say more than event times.
    if (rows.length > 0 && origin?.delivered === undefined) {
      const coverage: CoverageBody = { v: 1, importId, rows };
      await this.#append('coverage', coverage);
    }
    this.#total.accepted += accepted;
    this.#total.duplicates += duplicates;
    this.#total.rejected += rejected;
    if (end !== undefined && end.failure === undefined) this.#source.readToEnd(document);
  }

  #warningsOf(current: Current, end: DocumentEnd | undefined): string[] {
    if (end === undefined) return ['the import was interrupted before the end of the file'];
    // Pieces of a file prove nothing about the whole file.
    if (current.origin !== undefined) return [];
    const { accepted, duplicates } = current;
    const completeness = [...current.completeness, ...end.completeness];
    const records = accepted + duplicates;
    // The tally includes the error that stopped the document, which its end repeats.
    return current.tally
      .conclude({ completeness, records })
      .filter(({ kind }) => kind !== 'whole' && kind !== 'nothing-said')
      .map(({ detail }) => detail);
  }

  async #append(kind: 'import' | 'coverage', body: object): Promise<readonly number[]> {
    return this.#pipeline.append([ownEntryDraft(kind, this.#writer.clock.now(), body)]);
  }

  /** Runs after all batches so far, so that the batch with the clock step is durable. */
  async #sayClockSteps(): Promise<void> {
    const { clock, clockSteps } = this.#writer;
    if (clockSteps.count > 0) await this.#pipeline.append(clockSteps.take(clock.now()));
  }

  #reject(current: Current, item: RejectedItem, readAs: ReadAs | null): void {
    current.rejected += 1;
    const { at, reason } = item;
    this.#tellReject(current.document.name, item);
    const place = { file: current.document.name, at, reason, import: current.importNumber };
    this.#quarantineItem({ ...place, readAs }, item.bytes);
  }

  #stays(current: Current, { at, reason }: RejectedItem): void {
    current.rejected += 1;
    this.#tellReject(current.document.name, { at, reason });
  }

  #quarantineItem(reject: Omit<QuarantinedItem, 'bytes'>, bytes: Uint8Array | null): void {
    this.#source.onQuarantined(quarantineItem(this.#writer.dir, reject, bytes));
  }

  #tellReject(
    file: string,
    { at, reason }: { readonly at: string; readonly reason: string },
  ): void {
    if (this.#rejects.length < REJECTS_LISTED_MAX) this.#rejects.push({ file, at, reason });
  }

  #expectCurrent(): Current {
    if (this.#current === undefined) throw new RangeError('the reader yields a document first');
    return this.#current;
  }
}
