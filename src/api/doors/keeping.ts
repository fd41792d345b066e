import {
  type Deciding,
  endedEvent,
  endingIn,
  PassKeeper,
  type SecurityEvent,
  type SsfRecord,
  type Transmitter,
  type WatchedPasses,
} from '../../access/index.ts';
import type { Clock, Random, RecordDraft } from '../../core/index.ts';
import { passesAtStart, type Writer } from '../../pipeline/index.ts';
import type { DoorKnowledge } from './knowledge.ts';

export type KeepingOptions = {
  readonly writer: Writer;
  readonly knowledge: DoorKnowledge;
  readonly passes: WatchedPasses;
  readonly deciding: Deciding;
  readonly transmitter: Transmitter | undefined;
  readonly issuer: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (error: unknown) => void;
};

/** Sees to it that passes end when what they rest on does, and that receivers hear of it. */
export class Keeping {
  readonly #options: KeepingOptions;
  readonly #keeper: PassKeeper;
  /** Of the policies by which all passes were judged last. */
  #version: string | undefined;

  private constructor(options: KeepingOptions) {
    const { passes, deciding, clock, random, issuer, writer } = options;
    const { accountant } = writer;
    const emit = async (events: readonly SecurityEvent[]): Promise<void> => {
      await options.transmitter?.emit(events);
    };
    this.#options = options;
    this.#keeper = new PassKeeper({
      ...{ passes, deciding, accountant, clock, random, issuer, emit },
    });
  }

  /** `records`: all that transmitters wrote down before. */
  static async open(options: KeepingOptions, records: readonly SsfRecord[]): Promise<Keeping> {
    const { writer, passes, clock, issuer, transmitter } = options;
    const keeping = new Keeping(options);
    const { open, untold } = await passesAtStart(writer, records, clock.now());
    for (const { pass, request } of open) {
      try {
        passes.opening(pass, request);
      } catch (error) {
        // More than can be watched over: those lapse in their time, and no more are opened.
        options.onFailure(error);
        break;
      }
    }
    // A crash in between: the pass has ended, and nobody heard.
    await transmitter?.emit(untold.map(({ pass, closed }) => endedEvent(pass, closed, issuer)));
    writer.accountant.listen((drafts) => keeping.#hear(drafts));
    return keeping;
  }

  /**
   * Takes in what has changed, and does what follows from it.
   * @throws ConfigError, and whatever the ledger throws: the rest is done the next time
   */
  async look(): Promise<void> {
    const { knowledge, deciding } = this.#options;
    try {
      await knowledge.look(deciding.point);
    } finally {
      const { version } = deciding.point.policies;
      if (version !== this.#version) this.#keeper.sweep();
      this.#version = version;
      for (const changed of knowledge.takeChanges()) this.#keeper.changed(changed);
      await this.#keeper.settle();
    }
  }

  #hear(drafts: readonly RecordDraft[]): void {
    const closed = drafts.flatMap((draft) => endingIn(draft) ?? []);
    if (closed.length === 0) return;
    for (const each of closed) this.#keeper.ended(each);
    this.#keeper.settle().catch(this.#options.onFailure);
  }
}
