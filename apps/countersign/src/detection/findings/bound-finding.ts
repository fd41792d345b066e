import { createHash } from 'node:crypto';

import type { FindingDraft } from '../../store/rows/finding.ts';

/** Entries that one finding cites: enough for a start, in a body of a few KiB. */
const FINDING_ENTRIES_MAX = 256;

/** People, sessions, apps or addresses that one finding names. */
const FINDING_NAMES_MAX = 64;

/** The draft with its lists and texts sorted and cut to their limits. */
export function boundFinding(draft: FindingDraft): FindingDraft {
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
 * Bounds a group, which is part of a finding's identity.
 *
 * An attacker could write two long values with a common prefix to merge two findings. So the
 * cut-off part is replaced by its digest.
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

/** Limit of each text of a finding. People read no more, and a record may have megabytes. */
export const FINDING_TEXT_CHARACTERS_MAX = 2_000;
