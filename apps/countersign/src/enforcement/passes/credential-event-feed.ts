import { activityKey, createMemo, read } from '@countersign/ocsf';
import { STREAM_REST_TIMES } from '../../detection/runner/limits.ts';
import { compareByDetail, parseBody } from '../../projection/deliveries.ts';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { passkeyRecordOf } from '../eam/passkeys/passkey-record.ts';
import type { PasskeyRegistry } from '../eam/passkeys/passkey-registry.ts';
import { EVENT_KEPT_MS } from '../ssf/limits.ts';
import type { SecurityEvent } from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import {
  changesCredential,
  type DirectoryAct,
  directoryCredentialEvent,
  passkeyEvent,
  sentTransactionOf,
} from './credential-events.ts';

/** Each run queries the store for the days with new entries. */
const CREDENTIAL_NEWS_EVERY_MS = 1_000;

/** Entries without events before the cursor is stored. */
const CREDENTIAL_NEWS_ENTRIES = 10_000;

const STAGE = 'credential-news';
/** OCSF: Account Change, and Entity Management. */
const CLASSES = [3001, 3004];
const SUCCESS = 1;
const SYSTEM = 3;

export type CredentialNewsOptions = {
  readonly writer: LedgerWriter;
  readonly store: StoreReader;
  /** Undefined: no passkeys are registered here. */
  readonly passkeys: PasskeyRegistry | undefined;
  readonly issuer: string;
  /** All earlier records of transmitters. */
  readonly records: readonly SsfRecord[];
};

/**
 * Credential changes for event receivers, from the directory's audit log and from our own passkeys.
 *
 * Changes older than the retention of events are ignored, so that importing last year's log sends
 * nothing.
 */
export class CredentialEventFeed {
  readonly #options: CredentialNewsOptions;
  readonly #sent: Set<string>;
  readonly #memo = createMemo();
  /** Entries below `#from` are done. Those of the current run reach up to `#to`. */
  #from: number;
  #to: number;
  #dueMs = Number.NEGATIVE_INFINITY;
  /** The cursor that another process would start from. */
  #noted: number;

  constructor(options: CredentialNewsOptions) {
    this.#options = options;
    this.#sent = new Set(options.records.flatMap((record) => sentTransactionOf(record) ?? []));
    const { store } = options.writer;
    // At the first start, receivers begin with the current state, so earlier changes are skipped.
    this.#from = store.stageCursor(STAGE) || store.cursor;
    this.#to = this.#from;
    this.#noted = this.#from;
    store.setStageCursor(STAGE, this.#from);
  }

  /** Returns the unsent events. They repeat until {@link markSent}. */
  async poll(): Promise<readonly SecurityEvent[]> {
    const { clock } = this.#options.writer;
    const beganMs = clock.monotonic();
    if (beganMs < this.#dueMs) {
      // Events of the previous run that were not sent are not confirmed by this one.
      this.#to = this.#from;
      return [];
    }
    const news = await this.#fresh();
    const endedMs = clock.monotonic();
    const restMs = (endedMs - beganMs) * STREAM_REST_TIMES;
    this.#dueMs = endedMs + Math.max(CREDENTIAL_NEWS_EVERY_MS, restMs);
    return news;
  }

  async #fresh(): Promise<readonly SecurityEvent[]> {
    const { writer, store } = this.#options;
    this.#to = Math.min(store.cursor, writer.reader.size);
    if (this.#to <= this.#from) return [];
    const news = [...(await this.#ofPasskeys()), ...(await this.#ofDirectory())];
    return news.filter(({ transaction }) => !this.#sent.has(transaction));
  }

  /** Confirms that the events are durable in the transmitter. */
  markSent(events: readonly SecurityEvent[]): void {
    const { store } = this.#options.writer;
    for (const { transaction } of events) this.#sent.add(transaction);
    if (this.#to <= this.#from || this.#to > store.cursor) return;
    this.#from = this.#to;
    this.#sent.clear();
    // Without events, another process only has to search these entries again.
    if (events.length === 0 && this.#to - this.#noted < CREDENTIAL_NEWS_ENTRIES) return;
    this.#noted = this.#to;
    store.setStageCursor(STAGE, this.#to);
  }

  async #ofPasskeys(): Promise<readonly SecurityEvent[]> {
    const { writer, passkeys, issuer } = this.#options;
    const found: SecurityEvent[] = [];
    if (passkeys === undefined) return found;
    for (const index of writer.store.indicesOfKind('credential', this.#from)) {
      if (index >= this.#to) break;
      const body = await writer.reader.body(index);
      const record = body.kind === 'present' ? passkeyRecordOf(parseObject(body.bytes)) : undefined;
      if (record === undefined) continue;
      const event = passkeyEvent(record, (id) => passkeys.get(id)?.passkey, issuer);
      if (event !== undefined) found.push(event);
    }
    return found;
  }

  async #ofDirectory(): Promise<readonly SecurityEvent[]> {
    const { writer, store, issuer } = this.#options;
    const sinceMs = writer.clock.now() - EVENT_KEPT_MS;
    const found: SecurityEvent[] = [];
    for (const touched of store.touchedSince(this.#from)) {
      if (touched.to <= sinceMs) continue;
      const [fromMs, toMs] = [Math.max(touched.from, sinceMs), touched.to];
      for await (const row of store.rows({ fromMs, toMs, classes: CLASSES })) {
        if (!this.#isNews(row)) continue;
        const act = await this.#actOf(row);
        const event = act && directoryCredentialEvent(act, issuer);
        if (event !== undefined) found.push(event);
      }
    }
    return found;
  }

  /** A further delivery of a reported change is not news. */
  #isNews({ entries, event, erased }: EventRow): boolean {
    const first = entries[0] ?? 0;
    if (erased || first < this.#from || first >= this.#to) return false;
    if (event.statusId !== SUCCESS || event.operation === null) return false;
    return changesCredential(activityKey(event.operation, this.#memo));
  }

  async #actOf(row: EventRow): Promise<DirectoryAct | undefined> {
    const { tenant, action, event } = row;
    const { operation, targetUid, targetName, targetType, actorUid, actorName, actorType } = event;
    const id = targetUid ?? targetName?.toLowerCase();
    if (id === undefined || operation === null) return undefined;
    const isSelf = actorUid === null ? actorName === targetName : actorUid === targetUid;
    return {
      ...{ tenant, action, atMs: event.timeMs, activity: activityKey(operation, this.#memo) },
      whose: { kind: isPerson(targetType) ? 'person' : 'application', id },
      by: actorType === SYSTEM ? 'system' : isSelf ? 'user' : 'admin',
      said: await this.#saidIn(row),
    };
  }

  /** Only the record itself describes the credential, and not every source does. */
  async #saidIn({ entries, tenant }: EventRow): Promise<string> {
    const { reader } = this.#options.writer;
    const deliveries = await Promise.all(
      entries
        .filter((index) => index < reader.size)
        .map(async (index) => ({ ...(await reader.leaf(index)), body: await reader.body(index) })),
    );
    const readable = deliveries.flatMap(({ leaf, body }) =>
      body.kind === 'present' ? [{ leaf, body: body.bytes }] : [],
    );
    const [richest] = readable.sort(compareByDetail);
    if (richest === undefined) return '';
    const { source, id, at } = richest.leaf;
    const value = parseBody(richest.body);
    const { directory } = read({ source, tenant, id, at, value }, this.#memo).subject;
    return JSON.stringify([directory?.resultReason ?? '', directory?.modified ?? []]);
  }
}

function isPerson(targetType: string | null): boolean {
  return targetType === null || targetType.toLowerCase() === 'user';
}
