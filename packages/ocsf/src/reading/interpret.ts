import { exchangeMailbox, itemsListed } from '../mappings/exchange/mailbox.ts';
import type { Interpretation } from '../model/interpretation.ts';
import type { SourceRecord } from '../model/record-view.ts';
import { createMemo, type Memo } from '../values/memo.ts';
import { read } from './record-reading.ts';
import { route } from './route-record.ts';

/** Interprets a record: {@link read} without the record beside the result. */
export function interpret(record: SourceRecord, memo: Memo = createMemo()): Interpretation {
  return read(record, memo).event;
}

/** The mail items of a record, each by an id; empty for other kinds of records. */
export function mailItemsOf(record: SourceRecord, memo: Memo = createMemo()): readonly string[] {
  const { subject, mapping } = route(record, memo);
  return mapping === exchangeMailbox ? itemsListed(subject.body) : [];
}
