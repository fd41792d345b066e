import { createHash } from 'node:crypto';

import type { FindingDraft } from '../../store/rows/finding.ts';

/** Entries that one finding names as its evidence: enough to begin with, and a body of some KiB. */
const FINDING_ENTRIES_MAX = 256;

/** People, sessions, apps or addresses that one finding names. */
const FINDING_NAMES_MAX = 64;

/** The draft with its lists and texts cut at their limits, in one order. */
export function bounded(draft: FindingDraft): FindingDraft {
  const { title, message, next, group } = draft;
  const names = (list: readonly string[]): string[] =>
    [...new Set(list)].sort().slice(0, FINDING_NAMES_MAX).map(cut);
  return {
    ...draft,
    group: boundedGroup(group),
    title: cut(title),
    message: cut(message),
    next: cut(next),
    techniques: [...new Set(draft.techniques)].sort(),
    entries: [...new Set(draft.entries)].sort((a, b) => a - b).slice(0, FINDING_ENTRIES_MAX),
    principals: names(draft.principals),
    sessions: names(draft.sessions),
    apps: names(draft.apps),
    addresses: names(draft.addresses),
  };
}

/**
 * A group is part of what makes two findings the same. Whoever writes two long values that begin
 * alike must not make one finding of them, so what is cut off leaves its digest.
 */
export function boundedGroup(group: string): string {
  if (group.length <= FINDING_TEXT_CHARACTERS_MAX) return group;
  const digest = createHash('sha256').update(group).digest('hex');
  return `${group.slice(0, FINDING_TEXT_CHARACTERS_MAX - digest.length - 1)}…${digest}`;
}

function cut(text: string): string {
  return text.length <= FINDING_TEXT_CHARACTERS_MAX
    ? text
    : `${text.slice(0, FINDING_TEXT_CHARACTERS_MAX - 1)}…`;
}

/** Of each text of a finding: no person reads more of it, and a record may be megabytes long. */
export const FINDING_TEXT_CHARACTERS_MAX = 2_000;
