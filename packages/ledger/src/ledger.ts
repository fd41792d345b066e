import {
  type Clock,
  plural,
  type Random,
  type RecordDraft,
  type ThreadError,
  type ThreadMonitor,
} from '@countersign/core';
import type { NoteSigner, TlogError } from '@countersign/tlog';
import { CommitQueue, writerFailure } from './append/commit-queue.ts';
import { type FingerprintBatch, fingerprintBatch } from './append/fingerprint-batch.ts';
import type { FrameIntegrator } from './append/integrator-thread.ts';
import { type BatchAssignment, type PreparedBatch, prepareBatch } from './append/prepare-batch.ts';
import type { PublishedCheckpoint, Publisher } from './append/publisher.ts';
import { type ClockStep, type SeenOrder, Sequencer } from './append/sequencer.ts';
import type { ArchiveReader } from './archive/archive-reader.ts';
import type { FingerprintIndex } from './dedup/fingerprint-index.ts';
import { dropFingerprints } from './dedup/open-fingerprints.ts';
import { type Disk, nodeFiles } from './disk/disk.ts';
import type { FileLock } from './disk/file-lock.ts';
import { DerivedKeys, type LocalKeys } from './entries/keyed-hash.ts';
import { RESTARTS_SEEN } from './entries/leaf.ts';
import { LedgerError } from './errors.ts';
import { writeHostFacts } from './folder/host-identity.ts';
import type { Journal } from './journal/journal.ts';
import type { Frame } from './journal/journal-frame.ts';
import { BACKLOG_BYTES_MAX, INTEGRATION_DELAY_MS } from './limits.ts';
import { openWriter, type RecoveryReport } from './open-ledger.ts';
import { type CosignResult, cosign } from './witness/cosign-checkpoint.ts';

export type LedgerOptions = {
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The note signing key, if it is not in `DIR/keys`. */
  readonly keyFile?: string | undefined;
  /** The name of a new log. An existing log MUST have this name. */
  readonly origin?: string | undefined;
  /**
   * - `accept` append although the folder was restored, accepting that this may fork the log
   * - `derive` open a restored folder to derive state from it: it still counts as restored, so the
   *   next opening refuses. The caller MUST NOT append.
   */
  readonly acceptFork?: 'accept' | 'derive' | undefined;
  /** `remake`: the fingerprint index is discarded and rebuilt from the archive. */
  readonly fingerprints?: 'keep' | 'remake' | undefined;
  readonly onClockStep?: ((step: ClockStep) => void) | undefined;
  /**
   * Default `timer`: within a second after a commit. `thread`: the same, in a thread of its own.
   * `manual`: only at `publish` and `close`.
   */
  readonly integration?: 'timer' | 'manual' | 'thread' | undefined;
  /** Learns of threads that die or hang. */
  readonly threads?: ThreadMonitor | undefined;
  readonly files?: Disk | undefined;
};

/** The result for one draft. */
export type AppendResult = {
  readonly index: number;
  readonly duplicate: 'new' | 'duplicate';
  /** Older entries of the same action, with other bytes or from another source. */
  readonly earlier: readonly number[];
};

/**
 * The only writer of a data folder. A batch passes through `fingerprintBatch` in a worker,
 * `sequence` here, `prepareBatch` in a worker, and `commit` here. Every verdict that accepts a
 * record MUST be followed by its commit. Commits MAY come in any order.
 */
export class Ledger {
  readonly localKeys: LocalKeys;
  readonly #derivedKeys: DerivedKeys;
  readonly origin: string;
  /** Resolves with the first error after which this writer cannot append. */
  readonly failed: Promise<Error>;
  /** What the opening found from an earlier process. */
  readonly recovery: RecoveryReport;
  readonly #files: Disk;
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lock: FileLock;
  readonly #journal: Journal;
  readonly #integrator: FrameIntegrator;
  readonly #publisher: Publisher;
  readonly #fingerprints: FingerprintIndex;
  readonly #archive: ArchiveReader;
  readonly #sequencer: Sequencer;
  readonly #queue: CommitQueue;
  readonly #isTimed: boolean;
  /** The folder was restored, and no operator has accepted that yet. */
  readonly #isAway: boolean;
  /** Durable and not yet integrated, oldest first. */
  #backlog: Frame[] = [];
  #backlogBytes = 0;
  /** When the oldest durable entry without a checkpoint became durable; undefined: none waits. */
  #waitsSinceMs: number | undefined;
  #round: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: LedgerError | TlogError | ThreadError | undefined;
  #resolveFailed: (error: Error) => void = () => {};
  #isClosed = false;

  private constructor(options: LedgerOptions, parts: Awaited<ReturnType<typeof openWriter>>) {
    this.localKeys = parts.localKeys;
    this.#derivedKeys = new DerivedKeys(parts.localKeys);
    this.origin = parts.origin;
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve;
    });
    this.recovery = parts.recovery;
    this.#files = parts.files;
    this.#dir = options.dir;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#lock = parts.lock;
    this.#journal = parts.journal;
    this.#integrator = parts.integrator;
    this.#publisher = parts.publisher;
    this.#fingerprints = parts.fingerprints;
    this.#archive = parts.archive;
    this.#isTimed = options.integration !== 'manual';
    this.#isAway = options.acceptFork === 'derive';
    const next = parts.integrator.size;
    this.#sequencer = new Sequencer({
      fingerprints: parts.fingerprints,
      archive: parts.archive,
      clock: options.clock,
      next,
      lastSeenMs: parts.lastSeenMs,
      onClockStep: options.onClockStep ?? ((): void => {}),
    });
    this.#queue = new CommitQueue({
      journal: parts.journal,
      next,
      onDurable: (frames) => this.#onDurable(frames),
      onFailure: (error) => this.#fail(error),
      room: () => this.#room(),
    });
  }

  /**
   * Opens the data folder for writing, and creates it if it does not exist. Takes the lock, then
   * completes the work of a process that died.
   * @throws LedgerError LOCKED, FOLDER_VERSION, FOLDER_CORRUPT, JOURNAL_CORRUPT, SEGMENT_CORRUPT,
   * RESTORED_FOLDER, ORIGIN_MISMATCH, KEY_MISMATCH, MISSING_KEY, KEY_PERMISSIONS
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const files = options.files ?? nodeFiles;
    return new Ledger(options, await openWriter({ ...options, files }));
  }

  /** The number of durable entries. */
  get size(): number {
    return this.#queue.durable;
  }

  /**
   * Milliseconds that the oldest durable entry has waited for a signed checkpoint; 0 if none waits.
   * An entry that arrived during a round counts from the beginning of that round.
   */
  get integratedLagMs(): number {
    if (this.#waitsSinceMs === undefined) return 0;
    return Math.max(0, this.#clock.monotonic() - this.#waitsSinceMs);
  }

  /** The key that signs for the log now. */
  get vkey(): string {
    return this.#publisher.vkey;
  }

  /** The latest signed checkpoint. */
  get published(): PublishedCheckpoint {
    return this.#publisher.latest as PublishedCheckpoint;
  }

  /** Separates new records from known ones and assigns indices, in call order. */
  sequence(
    batch: Pick<FingerprintBatch, 'count' | 'versions' | 'actions'>,
    seen: SeenOrder = 'ascend',
  ): BatchAssignment {
    this.#checkUsable();
    try {
      return this.#sequencer.sequence(batch, seen);
    } catch (error) {
      // Some records already have an index and will never be committed, so no later batch can be.
      this.#fail(error);
      throw this.#failure as Error;
    }
  }

  /**
   * Resolves when the batch, and everything sequenced before it, survives a loss of power.
   * @throws LedgerError WRITER_FAILED, DISK_FULL, WRITER_CLOSED; the batch is then not appended
   */
  async commit(prepared: PreparedBatch): Promise<void> {
    this.#checkUsable();
    await this.#queue.commit(prepared);
    const caughtUp = this.#fingerprints.caughtUp();
    if (caughtUp !== undefined) await caughtUp;
  }

  /**
   * All steps at once, for small batches such as Countersign's own entries. An entry that declares
   * a restart of `seen` must be alone.
   */
  async append(drafts: readonly RecordDraft[]): Promise<readonly AppendResult[]> {
    const fingerprints = fingerprintBatch(drafts, this.localKeys, this.#derivedKeys);
    const [only] = drafts;
    const declares = drafts.length === 1 && only?.kind === RESTARTS_SEEN;
    const verdict = this.sequence(fingerprints, declares ? 'restart' : 'ascend');
    await this.commit(prepareBatch(drafts, fingerprints, verdict, this.#random));
    let next = verdict.baseIndex;
    return drafts.map((_, position): AppendResult => {
      const known = verdict.duplicateOf.get(position);
      if (known !== undefined) return { index: known, duplicate: 'duplicate', earlier: [] };
      const earlier = verdict.earlier.get(position) ?? [];
      return { index: next++, duplicate: 'new', earlier };
    });
  }

  /** All entries whose action has this fingerprint, ascending: its deliveries and revisions. */
  deliveries(action: Uint8Array): readonly number[] {
    return this.#fingerprints.lookupActions(action, 0);
  }

  /** Integrates every durable entry, and signs a checkpoint over them. */
  async publish(): Promise<PublishedCheckpoint> {
    this.#checkUsable();
    const size = this.size;
    while (this.published.size < size) await this.#integrate();
    return this.published;
  }

  /** Signs with another key from now on. `rotateKey` makes it a key that readers trust. */
  async signWith(signer: NoteSigner): Promise<void> {
    this.#checkUsable();
    await this.#exclusively(() => this.#publisher.signWith(signer));
  }

  /**
   * Makes the folder this machine's own after an accepted fork. An entry about the fork comes
   * first: after a crash in between, the next opening refuses again.
   */
  async adopt(): Promise<void> {
    await writeHostFacts(this.#files, this.#dir);
  }

  /**
   * Asks the folder's witnesses to cosign the latest checkpoint. Returns undefined if it has none.
   * A silent witness stops nothing: evidence then states that the log was not witnessed.
   */
  async witness(): Promise<readonly CosignResult[] | undefined> {
    this.#checkUsable();
    const { published } = this;
    const cosigned = await cosign(this.#files, this.#dir, published);
    if (cosigned === undefined) return undefined;
    const { signatures } = cosigned;
    await this.#exclusively(() => this.#publisher.addCosignatures(published.size, signatures));
    return cosigned.results;
  }

  /**
   * Erases the bodies of these entries everywhere in the ledger, with their salts. Without the
   * salt, guesses cannot be tested against a digest. Leaves, fingerprints and proofs stay. Resolves
   * when nothing is left on disk. After a crash, the same call completes the work, so the caller
   * MUST first record in an entry what it erases.
   * @throws LedgerError OUT_OF_RANGE
   */
  async rewriteWithout(indices: Iterable<number>): Promise<void> {
    this.#checkUsable();
    const erase = new Set(indices);
    for (const index of erase) checkIndex(index, this.size);
    await this.publish();
    const journals = this.#journal.rotate();
    while (this.#journal.holdsAny(journals)) {
      await this.#journal.settled();
      await this.#integrate();
    }
    await this.#exclusively(() => this.#integrator.rewriteWithout(erase));
    this.#archive.refresh(this.published.size);
  }

  /**
   * Integrates, retains the checkpoint, and releases the folder. Batches that were sequenced and
   * not committed are rejected. After a failure it releases the folder and does not throw.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      await this.#queue.idle();
      this.#queue.fail(new LedgerError('WRITER_CLOSED', CLOSED_MESSAGE));
      if (this.#failure === undefined) await this.#closeInOrder();
    } finally {
      await this.#round?.catch(() => {});
      await this.#fingerprints.close();
      if (this.#sequencer.hasStaleFingerprints) dropFingerprints(this.#files, this.#dir);
      this.#archive.close();
      await this.#integrator.close();
      this.#journal.close();
      this.#lock.release();
    }
  }

  async #closeInOrder(): Promise<void> {
    while (this.published.size < this.size) await this.#integrate();
    // A round that has published may still be retaining the same checkpoint.
    await this.#exclusively(() => this.#publisher.keep());
    // Entries that were sequenced and never committed are in the index and must not be stored: the
    // flush would wait forever. The next opening inserts the durable entries.
    if (this.#sequencer.next === this.size) await this.#fingerprints.flush();
    this.#journal.rotate();
    this.#journal.release(this.published.size, this.size);
    if (!this.#isAway) await writeHostFacts(this.#files, this.#dir);
  }

  #onDurable(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#backlog.push(frame);
      this.#backlogBytes += frame.bytes.length;
    }
    this.#fingerprints.committed(this.size);
    if (frames.length > 0) this.#waitsSinceMs ??= this.#clock.monotonic();
    if (this.#isTimed && !this.#isClosed) {
      this.#timer ??= setTimeout(() => this.#onTimer(), INTEGRATION_DELAY_MS);
    }
  }

  #onTimer(): void {
    this.#timer = undefined;
    // The failure is stored, and the next call throws it.
    this.#integrate().catch(() => {});
  }

  #room(): Promise<void> | undefined {
    return this.#backlogBytes > BACKLOG_BYTES_MAX ? this.#integrate() : undefined;
  }

  /** One round at a time. A call during a round waits for its end, and may need another round. */
  #integrate(): Promise<void> {
    return this.#round ?? this.#exclusively(() => this.#integrateOnce());
  }

  /** Log and archive have one owner at a time. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    while (this.#round !== undefined) await this.#round;
    this.#checkFailure();
    this.#round = work()
      .catch((error: unknown) => {
        this.#fail(error);
        throw this.#failure as Error;
      })
      .finally(() => {
        this.#round = undefined;
      });
    await this.#round;
  }

  async #integrateOnce(): Promise<void> {
    const begunMs = this.#clock.monotonic();
    const frames = this.#backlog.splice(0);
    await this.#integrator.integrate(frames);
    await this.#publisher.publish(this.#integrator.size, this.#integrator.root());
    this.#waitsSinceMs = this.#backlog.length === 0 ? undefined : begunMs;
    // A crash before this leaves unneeded partial tiles. The next opening removes them.
    await this.#integrator.removeStalePartials();
    this.#journal.release(this.#integrator.size, this.size);
    this.#backlogBytes = this.#backlog.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  #fail(error: unknown): void {
    this.#failure ??= writerFailure(this.#dir, error);
    this.#resolveFailed(this.#failure);
    clearTimeout(this.#timer);
    this.#queue.fail(this.#failure);
  }

  #checkUsable(): void {
    this.#checkFailure();
    if (this.#isClosed) throw new LedgerError('WRITER_CLOSED', CLOSED_MESSAGE);
  }

  #checkFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

const CLOSED_MESSAGE = 'could not append to the ledger: it was closed; open it again';

function checkIndex(index: number, size: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < size) return;
  throw new LedgerError(
    'OUT_OF_RANGE',
    `could not erase entry ${index}: the ledger has ${plural(size, 'entry')}`,
    { data: { index, size } },
  );
}
