import { existsSync } from 'node:fs';
import { type Clock, CountersignError, watermarkText } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger/reader';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';
import type { PasskeyFeed } from '../../enforcement/eam/passkeys/ledger-passkeys.ts';
import type { PasskeyRegistry } from '../../enforcement/eam/passkeys/passkey-registry.ts';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { type Conclusion, unknown, YES } from '../definition/conclusion.ts';
import { cannotTell, invalidInput } from '../definition/errors.ts';
import type { EntryReference } from '../definition/fields.ts';
import type { AnswerCache, CachedAnswer } from './answer-cache.ts';

/** The sources of answers: readers, which take no lock. */
export type Sources = {
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
  readonly head: LedgerHead;
  /** The passkeys of people, and invitations to register one. */
  readonly passkeys: () => Promise<PasskeyRegistry>;
  /** All rules and detectors. */
  readonly profiles: () => Promise<readonly DetectorProfile[]>;
  /** The head of an answer about findings: as far as every detector has read. */
  readonly examined: () => Promise<LedgerHead>;
  /**
   * The answer to a question that takes long. A service keeps it for a minute; then the watermark
   * of the whole answer is that of the kept one.
   *
   * @param name names the question with all its inputs
   */
  readonly kept: <T>(name: string, compute: () => Promise<T>) => Promise<T>;
  /** The same, without waiting: undefined while it is computed for the first time. */
  readonly keptIfReady: <T>(name: string, compute: () => Promise<T>) => Promise<T | undefined>;
};

/** Readers that stay open for many calls. */
export type SharedReaders = {
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
  readonly answers?: AnswerCache;
  /** Each sign-in of a person adds a record, so a service reads only new ones. */
  readonly passkeys?: Pick<PasskeyFeed, 'current'>;
  /** The rules of the service's start, which its detection applies. */
  readonly profiles?: () => Promise<readonly DetectorProfile[]>;
};

/** The readers of one call. They are opened on demand, and closed after the result is read. */
export class Readers implements Disposable {
  readonly #dataDir: string;
  readonly #clock: Clock;
  readonly #shared: SharedReaders | undefined;
  #ledger: Promise<LedgerReader> | undefined;
  #sources: Promise<Sources> | undefined;
  #head: LedgerHead | undefined;
  #profiles: Promise<readonly DetectorProfile[]> | undefined;
  readonly #opened: { close(): void }[] = [];

  /** `shared`: used instead of readers of its own, and left open. */
  constructor(options: {
    readonly dataDir: string;
    readonly clock: Clock;
    readonly shared?: SharedReaders;
  }) {
    this.#dataDir = options.dataDir;
    this.#clock = options.clock;
    this.#shared = options.shared;
  }

  /** The watermark of the answer; undefined if it does not depend on the store. */
  get head(): LedgerHead | undefined {
    return this.#head;
  }

  ledger(): Promise<LedgerReader> {
    this.#ledger ??= this.#openLedger();
    return this.#ledger;
  }

  async sources(): Promise<Sources> {
    this.#sources ??= this.#openSources();
    const sources = await this.#sources;
    this.#head ??= sources.head;
    return sources;
  }

  /** Undefined without a ledger: for one part of an answer, which has no watermark. */
  async sourcesIfAny(): Promise<Sources | undefined> {
    if (!existsSync(layout.manifest(this.#dataDir))) return undefined;
    this.#sources ??= this.#openSources();
    return this.#sources;
  }

  close(): void {
    for (const reader of this.#opened.splice(0).reverse()) reader.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #openLedger(): Promise<LedgerReader> {
    if (this.#shared !== undefined) {
      await this.#shared.ledger.refresh();
      return this.#shared.ledger;
    }
    const ledger = await LedgerReader.open(this.#dataDir);
    this.#opened.push(ledger);
    return ledger;
  }

  #readProfiles(): Promise<readonly DetectorProfile[]> {
    this.#profiles ??= (this.#shared?.profiles ?? readProfiles)();
    return this.#profiles;
  }

  /** A whole answer holds as far as its oldest part. */
  #lowered<T>({ value, head }: CachedAnswer<T>): T {
    if (head.asOf.size < (this.#head?.asOf.size ?? Infinity)) this.#head = head;
    return value;
  }

  async #openSources(): Promise<Sources> {
    // The store loads the query engine, which takes a while: ledger queries do not need it.
    const { StoreReader: Reader } = await import('../../store/store-reader.ts');
    const { headOf } = await import('../../store/reading/ledger-head.ts');
    const ledger = await this.ledger();
    const store = this.#shared?.store ?? (await Reader.open(this.#dataDir, { clock: this.#clock }));
    if (this.#shared === undefined) this.#opened.push(store);
    const head = await headOf(ledger, store);
    const examined = async (): Promise<LedgerHead> => {
      this.#head = await examinedHead(ledger, store, head);
      return this.#head;
    };
    // An answer from before an erasure may hold what was erased.
    const erasures = (): string => `after ${store.erasures().length} erasures`;
    const kept = async <T>(name: string, compute: () => Promise<T>): Promise<T> => {
      const answers = this.#shared?.answers;
      if (answers === undefined) return compute();
      return this.#lowered(await answers.of(`${name} ${erasures()}`, head, compute));
    };
    const keptIfReady = async <T>(
      name: string,
      compute: () => Promise<T>,
    ): Promise<T | undefined> => {
      const answers = this.#shared?.answers;
      if (answers === undefined) return compute();
      const answer = await answers.ready(`${name} ${erasures()}`, head, compute);
      return answer === undefined ? undefined : this.#lowered(answer);
    };
    const profiles = () => this.#readProfiles();
    const passkeys = async (): Promise<PasskeyRegistry> => {
      const feed = this.#shared?.passkeys ?? (await openPasskeys(ledger, store));
      return feed.current();
    };
    return { ledger, store, head, passkeys, profiles, examined, kept, keptIfReady };
  }
}

async function openPasskeys(ledger: LedgerReader, store: StoreReader): Promise<PasskeyFeed> {
  const { PasskeyFeed: Feed } = await import('../../enforcement/eam/passkeys/ledger-passkeys.ts');
  return Feed.of({ store, reader: ledger });
}

async function readProfiles(): Promise<readonly DetectorProfile[]> {
  const { loadProfiles } = await import('../host/load-detectors.ts');
  return loadProfiles();
}

/** An index without entries cannot answer. */
export function indexConclusion({ asOf, size }: LedgerHead): Conclusion {
  return asOf.size === 0 && size > 0 ? unknown(notIndexedText(0, size)) : YES;
}

/**
 * For an operation that needs an index.
 *
 * @throws OperationError CANNOT_TELL if no entry is indexed
 */
export function needIndex(head: LedgerHead): void {
  const conclusion = indexConclusion(head);
  if (conclusion.kind === 'failed') throw conclusion.error;
}

/**
 * For a query about one thing that was not found: it may be beyond the watermark.
 *
 * @throws OperationError CANNOT_TELL if some entries are not indexed
 */
export function needWholeIndex({ asOf, size }: LedgerHead): void {
  if (asOf.size < size) throw cannotTell(notIndexedText(asOf.size, size));
}

function notIndexedText(from: number, size: number): string {
  return (
    `entries ${from} to ${size - 1} are not yet indexed. The next writing command indexes ` +
    'them, or run "countersign rebuild"'
  );
}

/** @throws OperationError CANNOT_TELL if some detector has read nothing yet */
async function examinedHead(
  ledger: LedgerReader,
  store: StoreReader,
  head: LedgerHead,
): Promise<LedgerHead> {
  const behind = store.laggingStage('detection/');
  if (behind === undefined || behind.index >= head.asOf.size) return head;
  if (behind.index === 0) {
    throw cannotTell(
      'no rule has read the records from entry 0 on yet. Run the next import, or ' +
        '"countersign serve"',
    );
  }
  const { headOf } = await import('../../store/reading/ledger-head.ts');
  return { ...head, asOf: (await headOf(ledger, { cursor: behind.index })).asOf };
}

export function isBehind({ asOf, size }: LedgerHead): boolean {
  return asOf.size < size;
}

export function asOfText({ asOf, size }: LedgerHead): string {
  const later = asOf.size < size ? `; entries ${asOf.size} to ${size - 1} are not read yet` : '';
  return `${watermarkText(asOf)}${later}`;
}

/** @throws OperationError INVALID_INPUT if the reference is to an entry of another log */
export function indexIn(origin: string, reference: EntryReference): number {
  if (reference.origin === undefined || reference.origin === origin) return reference.index;
  throw invalidInput(
    `entry ${reference.index} belongs to the log ${reference.origin}, and this log is ${origin}`,
  );
}

/** An entry beyond the checkpoint may exist without being integrated yet. */
export async function readOrCannotTell<T>(index: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'OUT_OF_RANGE') throw error;
    throw cannotTell(
      `entry ${index} is beyond the checkpoint: it does not exist, or it is not yet integrated`,
      error,
    );
  }
}
