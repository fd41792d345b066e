import { route } from './dispatch.ts';
import type { Interpretation } from './interpretation.ts';
import { exchangeMailbox, itemsListed } from './mappings/exchange-mailbox.ts';
import { createMemo, type Memo } from './memo.ts';
import { read } from './reading.ts';
import type { SourceRecord } from './subject.ts';

/** What a record means, from the record alone: {@link read} without the record beside it. */
export function interpret(record: SourceRecord, memo: Memo = createMemo()): Interpretation {
  return read(record, memo).event;
}

/** The items of mail that a record lists, each by an id; none for a record of another kind. */
export function mailItemsOf(record: SourceRecord, memo: Memo = createMemo()): readonly string[] {
  const { subject, mapping } = route(record, memo);
  return mapping === exchangeMailbox ? itemsListed(subject.body) : [];
}
