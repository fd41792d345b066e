import { route } from './dispatch.ts';
import { msOfEventTime } from './event-time.ts';
import { blank, type Interpretation } from './interpretation.ts';
import { createMemo, type Memo } from './memo.ts';
import type { SourceRecord, Subject } from './subject.ts';
import { fillUalColumns } from './ual-columns.ts';

/** A record with its shape undone, and what it means: what rules ask about. */
export type Reading = { readonly subject: Subject; readonly event: Interpretation };

/**
 * Reads a record. Total: whatever the value is, it gives a reading and throws nothing. `memo` saves
 * work between records and changes no result.
 */
export function read(record: SourceRecord, memo: Memo = createMemo()): Reading {
  const { subject, mapping } = route(record, memo);
  const event = blank();
  event.timeMs = msOfEventTime(record.at);
  if (subject.isUal) fillUalColumns(subject.body, memo, event);
  mapping.interpret(subject, event);
  return { subject, event };
}
