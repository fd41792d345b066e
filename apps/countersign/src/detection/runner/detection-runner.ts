import { setImmediate } from 'node:timers/promises';
import { assert, type IntervalSet, interval, messageOf, normalize } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { findingBody } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import { headOf } from '../../store/reading/ledger-head.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { FAILED, failureOf } from '../findings/failure.ts';
import { changesOf, type NewFact, RUNNER } from '../findings/finding-changes.ts';
import type { DetectionWriter } from './detection-writer.ts';
import type { Detector, DetectorInput } from './detector.ts';
import type { DetectorResult } from './detector-result.ts';
import { Isolation } from './isolation.ts';
import {
  FAILED_REST_MS,
  FAILED_RETRY_MS,
  FINDINGS_AHEAD_MAX,
  FINDINGS_PER_APPEND,
  GIVE_BACK_AFTER_MS,
} from './limits.ts';
import { ReadAhead } from './read-ahead.ts';

export type DetectionReport = {
  /** Counts of new, revised and withdrawn findings. */
  readonly said: number;
  readonly revised: number;
  readonly withdrawn: number;
  /** Failures of this run, by detector. Findings report them too. */
  readonly failures: readonly { readonly detector: string; readonly because: string }[];
  /** Everything that has failed so far, with the titles of its findings. */
  readonly failed: readonly string[];
};

/** Which detectors to run: those that read only the state, those that query events, or all. */
export type DetectorSelection = NonNullable<Detector['reads']> | 'all';

/** The readers of a runner, which see the same entries. */
export type DetectionReaders = { readonly store: StoreReader; readonly ledger: LedgerReader };

/** Work that detectors rest on. It runs before each run of the detectors that read events. */
export type Preparation = {
  /** Begins the sentence "… failed". */
  readonly title: string;
  readonly run: () => Promise<void>;
};

export type PrepareDetection = (readers: DetectionReaders) => readonly Preparation[];

/**
 * Turns the results of detectors into entries.
 *
 * Each detector has its own cursor after the store's. The runner compares earlier findings with new
 * ones, so a crash or a rebuild repeats none.
 */
export class DetectionRunner {
  readonly #writer: DetectionWriter;
  readonly #detectors: readonly Detector[];
  readonly #store: StoreReader;
  readonly #ledger: LedgerReader;
  readonly #preparations: readonly Preparation[];
  readonly #askedMs = new Map<string, number>();
  readonly #restsUntilMs = new Map<string, number>();
  readonly #retriedMs = new Map<string, number>();
  #seen: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  private constructor(
    writer: DetectionWriter,
    detectors: readonly Detector[],
    readers: DetectionReaders,
    prepare: PrepareDetection,
  ) {
    this.#writer = writer;
    this.#detectors = detectors;
    this.#store = readers.store;
    this.#ledger = readers.ledger;
    this.#preparations = prepare(readers);
  }

  static async open(
    writer: DetectionWriter,
    detectors: readonly Detector[],
    prepare: PrepareDetection,
  ): Promise<DetectionRunner> {
    await writer.changes.publish();
    const ledger = await LedgerReader.open(writer.dir);
    const store = await StoreReader.open(writer.dir, { clock: writer.clock });
    return new DetectionRunner(writer, detectors, { store, ledger }, prepare);
  }

  /**
   * Runs all detectors, or those that read only the state, or the others. Rules need not wait for
   * detectors that read weeks of history. MUST NOT run for the same detectors concurrently.
   */
  async run(of: DetectorSelection = 'all'): Promise<DetectionReport> {
    const total = { said: 0, revised: 0, withdrawn: 0 };
    const failures: { detector: string; because: string }[] = [];
    // Failures that no finding reports: a preparation failed, or a finding was not appended.
    const unsaid: string[] = [];
    for (const { title, because } of of === 'state' ? [] : await this.#prepare()) {
      failures.push({ detector: 'checks', because });
      unsaid.push(`${title} failed: ${because}`);
    }
    for (const [asked, answers] of this.#askAll(of)) {
      const failure = await this.#enterAll(asked, answers, ({ state, revision }) => {
        if (state === 'withdrawn') total.withdrawn += 1;
        else if (revision > 0) total.revised += 1;
        else total.said += 1;
      });
      const detector = asked.detector.name;
      for (const because of asked.isolation.failures) failures.push({ detector, because });
      if (failure === undefined) continue;
      failures.push({ detector, because: failure });
      if (failure !== DOES_NOT_RUN) unsaid.push(`${detector}: ${failure}`);
    }
    const said = this.#store.findings.openOfRule(FAILED).map(({ draft: { title } }) => title);
    return { ...total, failures, failed: [...said, ...unsaid] };
  }

  /** Returns the failures: the failure of one preparation stops no other. */
  async #prepare(): Promise<readonly { readonly title: string; readonly because: string }[]> {
    const failures: { title: string; because: string }[] = [];
    for (const { title, run } of this.#preparations) {
      try {
        await this.#seeAsFar(this.#store.cursor);
        await run();
      } catch (error) {
        failures.push({ title, because: messageOf(error) });
      }
    }
    return failures;
  }

  /** Ends a run in progress soon. What it has not entered is evaluated again. */
  stop(): void {
    this.#isStopped = true;
    this.#store.stop();
  }

  close(): void {
    this.#store.close();
    this.#ledger.close();
  }

  /**
   * Runs all due detectors on the same entries.
   *
   * Detectors on the state run beside those that query the engine, and one after the other within a
   * kind. They run ahead of the appends within the memory limit. Results are entered in detector
   * order.
   */
  #askAll(of: DetectorSelection): [DetectorRun, ReadAhead<Answer>][] {
    const toIndex = this.#store.cursor;
    const failed = Map.groupBy(this.#store.findings.openOfRule(FAILED), ({ draft }) => {
      return failureOf(draft)?.detector;
    });
    const due = this.#detectors.flatMap((detector): DetectorRun[] => {
      if (of !== 'all' && of !== (detector.reads ?? 'events')) return [];
      const fromIndex = this.#store.stageCursor(stageOf(detector));
      const since = fromIndex < toIndex ? this.#store.touchedSince(fromIndex) : [];
      const known = failed.get(detector.name) ?? [];
      const retries = this.#isRetryDue(detector, known);
      const touched = retries ? union(since, ...known.map((each) => this.#missedBy(each))) : since;
      if (!this.#isDue(detector, touched, fromIndex < toIndex)) return [];
      if (retries) this.#retriedMs.set(detector.name, this.#writer.clock.monotonic());
      const [store, ledger] = [this.#store, this.#ledger];
      const isolation = new Isolation({
        ...{ detector: detector.name, store, ledger, fromIndex, known, retries },
        isStopped: () => this.#isStopped,
      });
      return [{ detector, touched, fromIndex, toIndex, isolation }];
    });
    const ahead = { weightOf: weightOfAnswer, weightMax: FINDINGS_AHEAD_MAX };
    const readsState = ({ detector: { reads } }: DetectorRun): boolean => reads === 'state';
    const ofState = new ReadAhead(this.#answers(due.filter(readsState)), ahead);
    const ofEvents = new ReadAhead(this.#answers(due.filter((one) => !readsState(one))), ahead);
    return due.map((asked) => [asked, readsState(asked) ? ofState : ofEvents]);
  }

  /** The results of each detector, part by part, and its end. */
  async *#answers(due: readonly DetectorRun[]): AsyncGenerator<Answer> {
    for (const { detector, ...of } of due) {
      // Start the engine's queries before this thread is busy.
      if (detector.reads === 'state') await setImmediate();
      let failure: string | undefined;
      try {
        yield* this.#ask(detector, of);
      } catch (error) {
        failure = messageOf(error);
      }
      yield { kind: 'end', failure };
    }
  }

  async *#ask(detector: Detector, of: Omit<DetectorRun, 'detector'>): AsyncGenerator<Answer> {
    const { clock } = this.#writer;
    const { isolation } = of;
    const context = await this.#context(of);
    const unit = { id: null, title: detector.profiles[0]?.title ?? detector.name };
    const beganMs = clock.monotonic();
    // Measures the detector's own time, without waiting for its results to be entered.
    let waitedMs = 0;
    let isWhole = false;
    for (;;) {
      const store = isolation.view(unit);
      if (store === undefined) break;
      try {
        for await (const result of detector.detect({ ...context, store })) {
          const saidMs = clock.monotonic();
          yield { kind: 'part', result };
          waitedMs += clock.monotonic() - saidMs;
          if (this.#isStopped) throw new Error('it was stopped');
        }
        isWhole = true;
        break;
      } catch (error) {
        await isolation.blame(unit, error, (view) =>
          bypass(detector.detect({ ...context, store: view })),
        );
      }
    }
    yield { kind: 'part', result: await isolation.result() };
    const tookMs = clock.monotonic() - beganMs - waitedMs;
    const restsMs = tookMs * (detector.restTimes ?? 0);
    const untilMs = clock.monotonic() + (isWhole ? restsMs : Math.max(restsMs, FAILED_REST_MS));
    this.#restsUntilMs.set(detector.name, untilMs);
    // Return memory, or each detector's query memory would add to the next one's.
    if (tookMs > GIVE_BACK_AFTER_MS) await this.#store.giveBack();
    if (!isWhole) throw new Error(DOES_NOT_RUN);
  }

  /** A failed unit is retried in each process, and at intervals. */
  #isRetryDue({ name }: Detector, known: readonly StoredFinding[]): boolean {
    if (known.length === 0) return false;
    const triedMs = this.#retriedMs.get(name) ?? Number.NEGATIVE_INFINITY;
    return this.#writer.clock.monotonic() - triedMs >= FAILED_RETRY_MS;
  }

  /** Event times that a failure left unread. */
  #missedBy({ draft }: StoredFinding): IntervalSet {
    if (failureOf(draft)?.entry !== null) return [interval(draft.firstMs, draft.firstMs + 1)];
    return draft.entries.flatMap((from) => this.#store.touchedSince(from));
  }

  /**
   * Enters the results of one detector, then moves its cursor.
   *
   * The cursor moves last, so that interrupted work is evaluated again. Returns the failure, if
   * any.
   */
  async #enterAll(
    asked: DetectorRun,
    answers: ReadAhead<Answer>,
    tell: (fact: NewFact) => void,
  ): Promise<string | undefined> {
    let failure: string | undefined;
    let isOvertaken = false;
    for (;;) {
      const answer = await answers.next();
      assert(answer !== undefined, 'each judge that was asked has an end');
      if (answer.kind === 'end') {
        failure ??= answer.failure;
        break;
      }
      // Skip its remaining results, but drain them so that later detectors run.
      if (failure !== undefined || isOvertaken) continue;
      try {
        const facts = await this.#enter(asked, answer.result);
        isOvertaken = facts === undefined;
        for (const fact of facts ?? []) tell(fact);
      } catch (error) {
        failure = messageOf(error);
      }
    }
    if (failure !== undefined || isOvertaken) return failure;
    return this.#end(asked);
  }

  /**
   * Undefined if the run was overtaken: an import that finished meanwhile reset this detector's
   * cursor. Its older results would withdraw newer findings.
   */
  #enter(asked: DetectorRun, result: DetectorResult): Promise<readonly NewFact[] | undefined> {
    const { detector } = asked;
    return this.#writer.alone(async () => {
      if (await this.#isOvertaken(asked)) return undefined;
      const name = result.isOfRunner === true ? RUNNER : detector.name;
      const readers = { store: this.#store, ledger: this.#ledger };
      const facts = await changesOf(readers, name, result);
      for (let at = 0; at < facts.length; at += FINDINGS_PER_APPEND) {
        await this.#say(facts.slice(at, at + FINDINGS_PER_APPEND));
      }
      return facts;
    });
  }

  async #isOvertaken({ detector, fromIndex }: DetectorRun): Promise<boolean> {
    return (await this.#writer.changes.stageCursor(stageOf(detector))) !== fromIndex;
  }

  async #end(asked: DetectorRun): Promise<string | undefined> {
    const { detector, toIndex } = asked;
    try {
      const { alone, changes } = this.#writer;
      await alone(async () => {
        if (await this.#isOvertaken(asked)) return;
        await changes.setStageCursor(stageOf(detector), toIndex);
        await detector.done?.(changes, toIndex);
      });
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  #isDue(detector: Detector, touched: IntervalSet, hasEntries: boolean): boolean {
    const nowMs = this.#writer.clock.monotonic();
    if (nowMs < (this.#restsUntilMs.get(detector.name) ?? 0)) return false;
    const askedMs = this.#askedMs.get(detector.name) ?? Number.NEGATIVE_INFINITY;
    const isDue =
      touched.length > 0 ||
      (detector.hears === 'entries' && hasEntries) ||
      (detector.everyMs !== undefined && nowMs - askedMs >= detector.everyMs);
    if (isDue) this.#askedMs.set(detector.name, nowMs);
    return isDue;
  }

  async #context(of: Scope): Promise<DetectorInput> {
    await this.#seeAsFar(of.toIndex);
    const head = await headOf(this.#ledger, { cursor: of.toIndex });
    const nowMs = this.#writer.clock.now();
    return { ...of, store: this.#store, ledger: this.#ledger, head, nowMs };
  }

  /** Makes the ledger reader see all entries below this index. */
  async #seeAsFar(index: number): Promise<void> {
    // One at a time: a slow earlier refresh must not undo a later one.
    const seen = this.#seen.then(async () => {
      if (this.#ledger.size >= index) return;
      await this.#writer.changes.publish();
      await this.#ledger.refresh();
    });
    this.#seen = seen.catch(() => undefined);
    return seen;
  }

  async #say(facts: readonly NewFact[]): Promise<void> {
    const entries = facts.map((fact) => {
      const id = `finding ${fact.uid}`;
      return ownEntryDraft('finding', fact.draft.lastMs, findingBody(fact), id);
    });
    await this.#writer.changes.append(entries);
  }
}

async function bypass(parts: AsyncIterable<DetectorResult>): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

function union(...sets: readonly IntervalSet[]): IntervalSet {
  return normalize(sets.flat());
}

const DOES_NOT_RUN = 'it does not run, because it fails on every record';

type Scope = Pick<DetectorInput, 'touched' | 'fromIndex' | 'toIndex' | 'isolation'>;
type DetectorRun = Scope & { readonly detector: Detector };

function stageOf({ name }: Detector): string {
  return `detection/${name}`;
}

/** In detector order: the parts of one, then its end. */
type Answer =
  | { readonly kind: 'part'; readonly result: DetectorResult }
  | { readonly kind: 'end'; readonly failure: string | undefined };

function weightOfAnswer(answer: Answer): number {
  if (answer.kind === 'end') return 0;
  const { drafts, takenBack = [] } = answer.result;
  return drafts.length + takenBack.length;
}
