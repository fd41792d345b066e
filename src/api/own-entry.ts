import {
  assert,
  type EntryKind,
  instantOfMs,
  OWN_TENANT,
  type RecordDraft,
} from '../core/index.ts';

/** What Countersign says of itself, as an entry. The time makes the same act another entry. */
export function ownDraft(kind: EntryKind, nowMs: number, said: object): RecordDraft {
  const at = instantOfMs(nowMs);
  assert(at !== undefined, 'the clock shows a time that exists');
  const body = Buffer.from(JSON.stringify({ v: 1, ...said, atMs: nowMs }));
  return { kind, tenant: OWN_TENANT, source: `countersign/${kind}`, id: undefined, at, body };
}
