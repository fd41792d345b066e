import type { Random, RecordDraft } from '@countersign/core';
import {
  type BatchAssignment,
  BatchScratch,
  DerivedKeys,
  type FingerprintBatch,
  fingerprintBatch,
  LedgerReader,
  type LocalKeys,
  type PreparedBatch,
  prepareBatch,
} from '@countersign/ledger/batches';
import {
  type Chunk,
  type Completeness,
  type ReadContext,
  readChunk,
} from '@countersign/m365/files';
import { ActionBuffer, type WrittenActions } from '../../projection/action-buffer.ts';
import type { RecordMeaning } from '../../projection/deliveries.ts';
import { type Redelivery, redeliveredActions } from '../../projection/merge-actions.ts';
import { projectDelivery, RecordInterpreter } from '../../projection/record-interpreter.ts';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { DeliveredCoverage } from './delivered-coverage.ts';
import { type Arrival, DeliveryDelays } from './delivery-delays.ts';
import { type MatchedRecord, TextMatcher } from './text-matcher.ts';
import type { ReadDone, RejectedItem } from './worker-messages.ts';

/** A chunk that was read and waits for the sequencer's decision. */
type PendingBatch = {
  readonly drafts: readonly RecordDraft[];
  readonly meanings: readonly RecordMeaning[];
  readonly fingerprints: FingerprintBatch;
  /** When each record became available; empty for records of a file. */
  readonly availableMs: readonly number[];
};

type PreparedChunk = { readonly prepared: PreparedBatch; readonly arrivals: readonly Arrival[] };

export type RecordWorkerSetup = {
  readonly dir: string;
  readonly keys: LocalKeys;
  readonly random: Random;
  /** Undefined without detectors. */
  readonly plan: SignalPlan | undefined;
  /** Texts to match in collected records. */
  readonly listenFor?: readonly string[];
};

/**
 * The processor-bound part of an import, for one thread. `read` parses, fingerprints and interprets
 * a chunk. Once the sequencer has decided which records are new, `prepare` creates the journal
 * frame and the rows. `merge` creates the rows of actions that were delivered before. `flush`
 * writes the rows to a file. Each record is parsed once.
 */
export class RecordWorker {
  readonly #setup: RecordWorkerSetup;
  readonly #keys: DerivedKeys;
  readonly #interpreter: RecordInterpreter;
  readonly #buffer = new ActionBuffer();
  readonly #scratch = new BatchScratch();
  readonly #listener: TextMatcher;
  readonly #pending = new Map<number, PendingBatch>();
  /** In order of their indices. */
  readonly #redelivered: Redelivery[] = [];
  /** Merged actions, apart from the others: they are written once earlier entries can be read. */
  readonly #merged = new ActionBuffer();
  /** Opened for the first merge, because most imports have none. */
  #ledger: LedgerReader | undefined;

  constructor(setup: RecordWorkerSetup) {
    this.#setup = setup;
    this.#keys = new DerivedKeys(setup.keys);
    const { plan } = setup;
    const extractor = plan === undefined ? undefined : new SignalExtractor(plan, this.#buffer);
    this.#interpreter = new RecordInterpreter(extractor);
    this.#listener = new TextMatcher(setup.listenFor ?? []);
  }

  read(chunkId: number, chunk: Chunk, context: ReadContext): ReadDone {
    const drafts: RecordDraft[] = [];
    const meanings: RecordMeaning[] = [];
    const rejects: (RejectedItem & { row: number })[] = [];
    const pages: number[] = [];
    const completeness: Completeness[] = [];
    const availableMs: number[] = [];
    const heard: MatchedRecord[] = [];
    const facts = new DeliveredCoverage();
    readChunk(chunk, context, {
      record: (draft, value, row) => {
        const { source, tenant, at } = draft;
        const meaning = this.#interpreter.read({ source, tenant, id: draft.id ?? '', at, value });
        const { event } = meaning;
        drafts.push(draft);
        meanings.push(meaning);
        const available = chunk.available?.[row - chunk.row];
        if (available !== undefined) {
          availableMs.push(available);
          if (this.#listener.hears(draft.body)) {
            heard.push({ tenant, source, availableMs: available, body: draft.body.slice() });
          }
        }
        facts.add(tenant, source, event.workload, event.timeMs);
      },
      reject: ({ row, offset, length, reason }) => {
        const start = offset - chunk.offset;
        const bytes = new Uint8Array(chunk.bytes.subarray(start, start + length));
        rejects.push({ row, at: placeOf(row, offset), reason, bytes });
      },
      page: (resultIndex, resultCount) => pages.push(resultIndex, resultCount),
      addCompleteness: (each) => completeness.push(each),
    });
    const fingerprints = fingerprintBatch(drafts, this.#setup.keys, this.#keys);
    this.#pending.set(chunkId, { drafts, meanings, fingerprints, availableMs });
    return {
      kind: 'read',
      chunkId,
      count: drafts.length,
      // Copies that can be transferred, because the worker needs its own when it prepares.
      versions: new Uint8Array(fingerprints.versions),
      actions: new Uint8Array(fingerprints.actions),
      rejects,
      facts: facts.list(),
      heard,
      pages: Float64Array.from(pages),
      completeness,
    };
  }

  prepare(chunkId: number, verdict: BatchAssignment): PreparedChunk {
    const pending = this.#pending.get(chunkId);
    if (pending === undefined) throw new RangeError(`chunk ${chunkId} was not read here`);
    this.#pending.delete(chunkId);
    const { drafts, meanings, fingerprints, availableMs } = pending;
    const arrivals = new DeliveryDelays();
    for (let i = 0; i < verdict.accepted.length; i++) {
      const position = verdict.accepted[i] as number;
      const meaning = meanings[position] as RecordMeaning;
      const { source, tenant, at, body } = drafts[position] as RecordDraft;
      const available = availableMs[position];
      if (available !== undefined) {
        const { workload, timeMs } = meaning.event;
        arrivals.add(source, workload, available - timeMs);
      }
      const index = verdict.baseIndex + i;
      const action = fingerprints.ids[position] as string;
      const { seenMs } = verdict;
      const others = verdict.earlier.get(position);
      if (others === undefined) {
        const delivery = { index, tenant, source, at, action, seenMs, meaning };
        this.#buffer.add(projectDelivery(delivery));
        continue;
      }
      const leaf = { source, tenant, id: action, at, seen: new Date(seenMs).toISOString() };
      // Copy the body, because a view would retain the whole chunk.
      const own = { index, leaf, body: body.slice(), meaning };
      this.#redelivered.push({ index, others, own });
    }
    const prepared = prepareBatch(drafts, fingerprints, verdict, this.#setup.random, this.#scratch);
    return { prepared, arrivals: arrivals.list() };
  }

  /** Merges the redelivered records below this index, which MUST be published. */
  async merge(below: number): Promise<void> {
    const later = this.#redelivered.findIndex(({ index }) => index >= below);
    const some = this.#redelivered.splice(0, later < 0 ? this.#redelivered.length : later);
    if (some.length === 0) return;
    if (this.#ledger === undefined) this.#ledger = await LedgerReader.open(this.#setup.dir);
    else await this.#ledger.refresh();
    for await (const actions of redeliveredActions(this.#ledger, this.#interpreter, some)) {
      for (const action of actions) this.#merged.add(action);
    }
  }

  /**
   * Writes all rows so far. Takes them before it returns. The caller lists the files together with
   * the cursor.
   */
  flush(rows: 'single' | 'merged'): Promise<WrittenActions> {
    const buffer = rows === 'single' ? this.#buffer : this.#merged;
    return buffer.write(this.#setup.dir);
  }
}

export function placeOf(row: number, offset: number): string {
  return `row ${row}, byte ${offset}`;
}
