import type { Body, Leaf, LedgerReader } from '@countersign/ledger/reader';
import { findingChange, markChange } from '../detection/findings/finding-event.ts';
import {
  markedSeverity,
  parseFinding,
  parseFindingMark,
} from '../projection/entries/finding-body.ts';
import { parseObject } from '../projection/entries/own-entry.ts';
import { EventBuilder } from '../projection/event-builder.ts';
import { type FeedRecord, feedKindOf } from './feed-record.ts';

export type FeedBuilderOptions = {
  readonly ledger: LedgerReader;
  /** The version of Countersign. */
  readonly version: string;
  /** Titles of rules and detectors. Called once, for the first finding. */
  readonly ruleTitles: () => Promise<(rule: string) => string | undefined>;
};

/**
 * Builds feed records from the ledger alone, without the store. So a feed does not wait for derived
 * state, and an entry has the same record whenever it is sent.
 */
export class FeedBuilder {
  readonly #options: FeedBuilderOptions;
  readonly #events: EventBuilder;
  #ruleTitles: Promise<(rule: string) => string | undefined> | undefined;

  constructor(options: FeedBuilderOptions) {
    this.#options = options;
    this.#events = new EventBuilder(options.ledger);
  }

  async build(index: number, leaf: Leaf, body: Body): Promise<FeedRecord> {
    const kind = feedKindOf(leaf.kind);
    const id = `${this.#options.ledger.origin}#${index}`;
    if (body.kind === 'erased') return { index, kind: 'erased', id, of: kind };
    const { at, seen, tenant } = leaf;
    const head = { index, kind, id, at, seen, tenant };
    if (kind === 'event') {
      return { ...head, body: this.#events.ofRecord(index, leaf, body.bytes) };
    }
    const own = parseObject(body.bytes) ?? {};
    if (kind !== 'finding') return { ...head, body: own };
    return { ...head, ...(await this.#finding(index, own)) };
  }

  async #finding(
    index: number,
    own: object,
  ): Promise<{ readonly tenant?: string; readonly body: object }> {
    const { ruleTitles, version, ledger } = this.#options;
    const statement = { origin: ledger.origin, version };
    const members = own as Record<string, unknown>;
    const mark = parseFindingMark(members);
    if (mark !== undefined) {
      return { body: markChange({ ...mark, severity: markedSeverity(members) }, statement) };
    }
    const finding = parseFinding(members);
    if (finding === undefined) return { body: own };
    this.#ruleTitles ??= ruleTitles();
    const titleOf = await this.#ruleTitles;
    const body = findingChange({ index, ...finding }, { ...statement, titleOf });
    return { tenant: finding.draft.tenant, body };
  }
}
