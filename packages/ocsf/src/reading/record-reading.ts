import { fillUalColumns } from '../columns/ual-columns.ts';
import { blank, type Interpretation } from '../model/interpretation.ts';
import type { RecordView, SourceRecord } from '../model/record-view.ts';
import { msOfEventTime } from '../values/event-time.ts';
import { createMemo, type Memo } from '../values/memo.ts';
import { route } from './route-record.ts';

/** A record without its delivery shape, and its interpretation: the input of rules. */
export type Reading = { readonly subject: RecordView; readonly event: Interpretation };

/**
 * Reads a record. Total: it returns a reading for any value and never throws. `memo` saves work
 * between records and changes no result.
 */
export function read(record: SourceRecord, memo: Memo = createMemo()): Reading {
  const { subject, mapping } = route(record, memo);
  const event = blank();
  event.timeMs = msOfEventTime(record.at);
  if (subject.isUal) fillUalColumns(subject.body, memo, event);
  mapping.interpret(subject, event);
  return { subject, event };
}
