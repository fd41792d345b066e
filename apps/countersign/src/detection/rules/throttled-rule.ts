import { plural } from '@countersign/core';
import { FIELD_VALUES_MAX } from '@countersign/sigma';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { limitationFinding } from '../findings/limitation-finding.ts';
import type { GroupDay } from './group-days.ts';
import { DRAFT_ENTRIES_MAX } from './limits.ts';
import type { AlertingRule } from './rule-content.ts';

/** The rule of such findings: whom they are about is told by {@link isThrottledOf}. */
export const THROTTLED = 'sigma/throttled';

/** Whether a draft says that of this group and day not everything was looked at. */
export function isCutOfGroup(draft: FindingDraft, { stream, group, day }: GroupDay): boolean {
  const isOf = isThrottledOf(draft, stream) && draft.group.endsWith(` ${group}`);
  return isOf && draft.windowMs === day * DAY_MS;
}

/** Whether a finding says that this rule, of whatever version, fits too much. */
export function isThrottledOf({ rule, group }: FindingDraft, stream: string): boolean {
  return rule === THROTTLED && group.startsWith(`${stream} `);
}

/** What is said in place of all that a rule would say of a day. */
export function throttledDraft(
  stream: string,
  day: number,
  max: number,
  saying: AlertingRule,
): FindingDraft {
  return draftOfDay(`${stream} ${saying.custom.version}`, day, {
    title: `The rule "${saying.document.title}" fits too much: more than ${max} records`,
    message:
      'What a rule says of so many records nobody can look at. It says nothing more of that day: ' +
      'an attack that it is for may hide in what it says too often.',
    next: 'Narrow the rule, or add a filter for what is known to be harmless; then backtest it.',
  });
}

/** The same of one group of a correlation, with more samples in a day than are looked at. */
export function groupCutDraft(
  { stream, group, day }: GroupDay,
  most: number,
  { document, custom }: AlertingRule,
): FindingDraft {
  return draftOfDay(`${stream} ${custom.version} ${group}`, day, {
    title: `The rule "${document.title}" looked at ${most} records of a group, and no more,`,
    message:
      `There are more records in the group ${group}, at which nobody looked: what would have ` +
      'made the rule speak may stand among them.',
    next: 'Find out what there is so much of in that group, and query its events.',
  });
}

/** The same of records with more values of a field than are compared. */
export function valuesCutDraft(
  stream: string,
  day: number,
  entries: readonly number[],
  { document, custom }: AlertingRule,
): FindingDraft {
  const draft = draftOfDay(`${stream} ${custom.version} values`, day, {
    title:
      `The rule "${document.title}" compared ${FIELD_VALUES_MAX} values of a field, and no more, ` +
      `in ${plural(entries.length, 'record')}`,
    message:
      'There are more values, which nobody compared: what would have made the rule speak may ' +
      'stand among them.',
    next: 'Look at these records themselves.',
  });
  return { ...draft, entries: entries.slice(0, DRAFT_ENTRIES_MAX) };
}

/** `title` without the day, which it ends with. */
function draftOfDay(
  group: string,
  day: number,
  said: { readonly title: string; readonly message: string; readonly next: string },
): FindingDraft {
  const fromMs = day * DAY_MS;
  return limitationFinding({
    rule: THROTTLED,
    group,
    windowMs: fromMs,
    endMs: fromMs + DAY_MS,
    ...said,
    title: `${said.title} on ${new Date(fromMs).toISOString().slice(0, 10)}`,
    severity: 2,
  });
}
