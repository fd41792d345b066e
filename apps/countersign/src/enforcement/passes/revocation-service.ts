import type { Clock, Random, RecordDraft } from '@countersign/core';
import { endingIn, openingIn } from '@countersign/policy';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import type { PolicyInformationUpdater } from '../decisions/policy-information-updater.ts';
import type { PasskeyRegistry } from '../eam/passkeys/passkey-registry.ts';
import type { SecurityEvent } from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import type { Transmitter } from '../ssf/transmitter.ts';
import { AssuranceLevels } from './assurance-levels.ts';
import { CredentialEventFeed } from './credential-event-feed.ts';
import type { OpenPassTable } from './open-pass-table.ts';
import { endedEvent } from './pass-events.ts';
import { PassRevocation } from './pass-revocation.ts';
import { passesAtStart } from './restore-passes.ts';

export type KeepingOptions = {
  readonly writer: LedgerWriter;
  readonly store: StoreReader;
  readonly information: PolicyInformationUpdater;
  readonly passes: OpenPassTable;
  readonly deciding: DecisionQueue;
  readonly transmitter: Transmitter | undefined;
  readonly issuer: string;
  /** Undefined: no passkeys are registered here. */
  readonly passkeys: PasskeyRegistry | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (error: unknown) => void;
};

/** Ends passes when their conditions end, and informs event receivers. */
export class RevocationService {
  readonly #options: KeepingOptions;
  readonly #revocation: PassRevocation;
  readonly #levels: AssuranceLevels;
  readonly #news: CredentialEventFeed | undefined;
  /** Pending events about assurance levels. */
  #pendingEvents: SecurityEvent[] = [];
  /** Version of the policies that all passes were last evaluated with. */
  #version: string | undefined;

  private constructor(options: KeepingOptions, records: readonly SsfRecord[]) {
    const { transmitter, passes, deciding, clock, random, issuer, writer } = options;
    const { decisionLog } = writer;
    const emit = async (events: readonly SecurityEvent[]): Promise<void> => {
      await options.transmitter?.emit(events);
    };
    this.#options = options;
    this.#levels = new AssuranceLevels(passes);
    this.#news = transmitter && new CredentialEventFeed({ ...options, records });
    this.#revocation = new PassRevocation({
      ...{ passes, deciding, decisionLog, clock, random, issuer, emit },
    });
  }

  /** `records`: all earlier records of transmitters. */
  static async open(
    options: KeepingOptions,
    records: readonly SsfRecord[],
  ): Promise<RevocationService> {
    const { writer, passes, clock, issuer, transmitter } = options;
    const keeping = new RevocationService(options, records);
    const { open, unsent } = await passesAtStart(writer, records, clock.now());
    for (const { pass, request } of open) {
      try {
        passes.opening(pass, request);
        keeping.#levels.opened({ pass, request }, issuer);
      } catch (error) {
        // More passes than the table can watch. They expire by themselves, and no more are opened.
        options.onFailure(error);
        break;
      }
    }
    // After a crash in between: the pass has ended, and receivers do not know.
    await transmitter?.emit(unsent.map(({ pass, closed }) => endedEvent(pass, closed, issuer)));
    writer.decisionLog.listen((drafts) => keeping.#hear(drafts));
    return keeping;
  }

  /**
   * Applies changes and their consequences.
   * @throws ConfigError, and every error of the ledger; the rest is retried next time
   */
  async refresh(): Promise<void> {
    const { information, deciding } = this.#options;
    try {
      await information.refresh(deciding.point);
    } finally {
      const { version } = deciding.point.policies;
      if (version !== this.#version) this.#revocation.sweep();
      this.#version = version;
      for (const changed of information.takeChanges()) this.#revocation.changed(changed);
      await this.#revocation.settle();
      await this.#tell();
    }
  }

  /** Sends pending events. Events that cannot be recorded are retried next time. */
  async #tell(): Promise<void> {
    const { transmitter } = this.#options;
    this.#levels.lapse();
    if (transmitter === undefined) return;
    const news = (await this.#news?.poll()) ?? [];
    // After the steps that may fail, so that no removed event is lost.
    const pending = this.#pendingEvents.splice(0);
    try {
      if (pending.length + news.length > 0) await transmitter.emit([...pending, ...news]);
    } catch (error) {
      this.#pendingEvents = [...pending, ...this.#pendingEvents];
      throw error;
    }
    this.#news?.markSent(news);
  }

  #hear(drafts: readonly RecordDraft[]): void {
    const { passes, issuer, transmitter } = this.#options;
    for (const draft of drafts) {
      const kept = passes.get(openingIn(draft) ?? '');
      const event = kept && this.#levels.opened(kept, issuer);
      if (event !== undefined && transmitter !== undefined) this.#pendingEvents.push(event);
    }
    const closed = drafts.flatMap((draft) => endingIn(draft) ?? []);
    if (closed.length === 0) return;
    for (const each of closed) this.#revocation.ended(each);
    this.#revocation.settle().catch(this.#options.onFailure);
  }
}
