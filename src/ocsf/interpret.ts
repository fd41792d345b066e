import { route } from './dispatch.ts';
import { msOfEventTime } from './event-time.ts';
import { blank, type Interpretation } from './interpretation.ts';
import { exchangeMailbox, itemsListed } from './mappings/exchange-mailbox.ts';
import { createMemo, type Memo } from './memo.ts';
import type { SourceRecord } from './subject.ts';
import { fillUalColumns } from './ual-columns.ts';

/**
 * What a record means, from the record alone. Total: whatever the value is, it gives an
 * interpretation and throws nothing. `memo` saves work between records and changes no result.
 */
export function interpret(record: SourceRecord, memo: Memo = createMemo()): Interpretation {
  const { subject, mapping } = route(record, memo);
  const into = blank();
  into.timeMs = msOfEventTime(record.at);
  if (subject.isUal) fillUalColumns(subject.body, memo, into);
  mapping.interpret(subject, into);
  return into;
}

/** The items of mail that a record lists, each by an id; none for a record of another kind. */
export function mailItemsOf(record: SourceRecord, memo: Memo = createMemo()): readonly string[] {
  const { subject, mapping } = route(record, memo);
  return mapping === exchangeMailbox ? itemsListed(subject.body) : [];
}
