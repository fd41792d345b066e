import type { Random, RecordDraft } from '@countersign/core';
import {
  type BatchAssignment,
  BatchScratch,
  type FingerprintBatch,
  fingerprintBatch,
  type LocalKeys,
  type PreparedBatch,
  prepareBatch,
} from '@countersign/ledger';
import { type Chunk, type Completeness, type ReadContext, readChunk } from '@countersign/m365';
import {
  projectAction,
  RecordInterpreter,
  type RecordMeaning,
} from '../../projection/record-interpreter.ts';
import { SignalBuffer } from '../../projection/signals/signal-buffer.ts';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { type RecentFile, writeHot } from '../../store/parquet/recent-file.ts';
import { RowBuffer } from '../../store/parquet/row-buffer.ts';
import type { SignalBatch } from '../../store/rows/signal-row.ts';
import { DeliveredCoverage } from './delivered-coverage.ts';
import { type Arrival, DeliveryDelays } from './delivery-delays.ts';
import { type MatchedRecord, TextMatcher } from './text-matcher.ts';
import type { ReadDone, RejectedItem } from './worker-messages.ts';

/** A chunk that was read and waits for its verdict. */
type Pending = {
  readonly drafts: readonly RecordDraft[];
  readonly meanings: readonly RecordMeaning[];
  readonly fingerprints: FingerprintBatch;
  /** When each could be had; empty for what came out of a file. */
  readonly availableMs: readonly number[];
};

type PreparedChunk = { readonly prepared: PreparedBatch; readonly arrivals: readonly Arrival[] };

export type RecordWorkerSetup = {
  readonly dir: string;
  readonly keys: LocalKeys;
  readonly random: Random;
  /** Undefined where nobody judges. */
  readonly plan: SignalPlan | undefined;
  /** Texts that somebody waits for in what collectors bring. */
  readonly listenFor?: readonly string[];
};

/**
 * The heavy half of the way of a record, for one thread: parse, fingerprint and interpret a chunk
 * (`read`); when the sequencer has said which records are new, make the frame of the journal and
 * the rows of the books (`prepare`); now and then write the rows out (`flush`). One parse a record.
 */
export class RecordWorker {
  readonly #setup: RecordWorkerSetup;
  readonly #interpreter: RecordInterpreter;
  readonly #rows = new RowBuffer();
  readonly #signals = new SignalBuffer();
  readonly #scratch = new BatchScratch();
  readonly #listener: TextMatcher;
  readonly #pending = new Map<number, Pending>();

  constructor(setup: RecordWorkerSetup) {
    this.#setup = setup;
    const { plan } = setup;
    const extractor = plan === undefined ? undefined : new SignalExtractor(plan);
    this.#interpreter = new RecordInterpreter(extractor);
    this.#listener = new TextMatcher(setup.listenFor ?? []);
  }

  read(chunkId: number, chunk: Chunk, context: ReadContext): ReadDone {
    const drafts: RecordDraft[] = [];
    const meanings: RecordMeaning[] = [];
    const rejects: (RejectedItem & { row: number })[] = [];
    const pages: number[] = [];
    const said: Completeness[] = [];
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
      said: (completeness) => said.push(completeness),
    });
    const fingerprints = fingerprintBatch(drafts, this.#setup.keys);
    this.#pending.set(chunkId, { drafts, meanings, fingerprints, availableMs });
    return {
      kind: 'read',
      chunkId,
      count: drafts.length,
      // Copies that own their memory and can move: the lane still needs its own when it prepares.
      versions: new Uint8Array(fingerprints.versions),
      actions: new Uint8Array(fingerprints.actions),
      rejects,
      facts: facts.list(),
      heard,
      pages: Float64Array.from(pages),
      said,
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
      const { source, tenant, at } = drafts[position] as RecordDraft;
      const available = availableMs[position];
      if (available !== undefined) {
        const { workload, timeMs } = meaning.event;
        arrivals.add(source, workload, available - timeMs);
      }
      // An action that was seen before gets its row where all its sightings can be read together.
      if (verdict.earlier.has(position)) continue;
      const index = verdict.baseIndex + i;
      const action = fingerprints.ids[position] as string;
      const { seenMs } = verdict;
      const delivery = { index, tenant, source, at, action, seenMs, meaning };
      const { row, actors, signals } = projectAction([delivery]);
      this.#rows.add(row, actors);
      this.#signals.add(row, signals);
    }
    const prepared = prepareBatch(drafts, fingerprints, verdict, this.#setup.random, this.#scratch);
    return { prepared, arrivals: arrivals.list() };
  }

  /** Writes all rows made so far; the caller lists the files together with the cursor. */
  async flush(): Promise<{ files: readonly RecentFile[]; signals: SignalBatch }> {
    const signals = this.#signals.take();
    if (this.#rows.rows === 0) return { files: [], signals };
    const file = await writeHot(this.#setup.dir, this.#rows);
    this.#rows.clear();
    return { files: [file], signals };
  }
}

export function placeOf(row: number, offset: number): string {
  return `row ${row}, byte ${offset}`;
}
