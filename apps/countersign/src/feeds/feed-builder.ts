import { messageOf } from '@countersign/core';
import type { Body, Leaf, LedgerReader } from '@countersign/ledger/reader';
import { feedKindOf } from '../config/feeds/feed-kind.ts';
import { findingChange, markChange, noteChange } from '../detection/findings/finding-event.ts';
import {
  markedFinding,
  parseFinding,
  parseFindingMark,
  parseFindingNote,
} from '../projection/entries/finding-body.ts';
import { parseObject } from '../projection/entries/own-entry.ts';
import { EventBuilder } from '../projection/event-builder.ts';
import type { FeedRecord } from './feed-record.ts';

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

  /** An entry that cannot become a record is `unreadable`, and stops no other. */
  async build(index: number, leaf: Leaf, body: Body): Promise<FeedRecord> {
    const kind = feedKindOf(leaf.kind);
    const id = `${this.#options.ledger.origin}#${index}`;
    if (body.kind === 'erased') return { index, kind: 'erased', id, of: kind };
    const { at, seen, tenant } = leaf;
    try {
      const content = await this.#content(index, leaf, body.bytes);
      return { index, kind, id, at, seen, tenant, ...content };
    } catch (error) {
      return { index, kind: 'unreadable', id, of: kind, because: messageOf(error) };
    }
  }

  async #content(index: number, leaf: Leaf, bytes: Uint8Array): Promise<Content> {
    if (leaf.kind === 'record') return { body: this.#events.ofRecord(index, leaf, bytes) };
    const own = parseObject(bytes);
    if (own === undefined) throw new Error('its body is not a JSON object');
    return leaf.kind === 'finding' ? this.#finding(index, own as Members) : { body: own };
  }

  async #finding(index: number, members: Members): Promise<Content> {
    const { ruleTitles, version, ledger } = this.#options;
    const statement = { origin: ledger.origin, version };
    const mark = parseFindingMark(members);
    if (mark !== undefined) {
      const { severity, tenant } = markedFinding(members);
      return { ...(tenant && { tenant }), body: markChange({ ...mark, severity }, statement) };
    }
    const note = parseFindingNote(members);
    if (note !== undefined) {
      const { severity, tenant } = markedFinding(members);
      return { ...(tenant && { tenant }), body: noteChange({ ...note, severity }, statement) };
    }
    const finding = parseFinding(members);
    if (finding === undefined)
      throw new Error('this version does not know the form of its finding');
    this.#ruleTitles ??= ruleTitles().catch((error: unknown) => {
      // The next finding tries again.
      this.#ruleTitles = undefined;
      throw error;
    });
    const titleOf = await this.#ruleTitles;
    const body = findingChange({ index, ...finding }, { ...statement, titleOf });
    return { tenant: finding.draft.tenant, body };
  }
}

type Members = Record<string, unknown>;

/** `tenant`: if the body states another one than the leaf. */
type Content = { readonly tenant?: string; readonly body: object };
