import { exchangeMailbox, itemsListed } from '../mappings/exchange/mailbox.ts';
import type { Interpretation } from '../model/interpretation.ts';
import type { SourceRecord } from '../model/record-view.ts';
import { createMemo, type Memo } from '../values/memo.ts';
import { read } from './record-reading.ts';
import { route } from './route-record.ts';

/** What a record means, from the record alone: {@link read} without the record beside it. */
export function interpret(record: SourceRecord, memo: Memo = createMemo()): Interpretation {
  return read(record, memo).event;
}

/** The items of mail that a record lists, each by an id; none for a record of another kind. */
export function mailItemsOf(record: SourceRecord, memo: Memo = createMemo()): readonly string[] {
  const { subject, mapping } = route(record, memo);
  return mapping === exchangeMailbox ? itemsListed(subject.body) : [];
}
