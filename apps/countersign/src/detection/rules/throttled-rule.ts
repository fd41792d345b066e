import { plural } from '@countersign/core';
import { FIELD_VALUES_MAX } from '@countersign/sigma';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { limitationFinding } from '../findings/limitation-finding.ts';
import type { GroupDay } from './group-days.ts';
import type { AlertingRule } from './rule-content.ts';
import { DRAFT_ENTRIES_MAX } from './rule-finding.ts';

/** The rule of these findings. {@link isThrottledOf} decides whom they are about. */
export const THROTTLED = 'sigma/throttled';

/** Whether a draft reports that this group and day were not examined completely. */
export function isCutOfGroup(draft: FindingDraft, { stream, group, day }: GroupDay): boolean {
  const isOf = isThrottledOf(draft, stream) && draft.group.endsWith(` ${group}`);
  return isOf && draft.windowMs === day * DAY_MS;
}

/** Whether a finding reports that this rule, in any version, matches too much. */
export function isThrottledOf({ rule, group }: FindingDraft, stream: string): boolean {
  return rule === THROTTLED && group.startsWith(`${stream} `);
}

/** Replaces all findings of a rule on a day. */
export function throttledDraft(
  stream: string,
  day: number,
  max: number,
  saying: AlertingRule,
): FindingDraft {
  return draftOfDay(`${stream} ${saying.custom.version}`, day, {
    title: `The rule "${saying.document.title}" matched more than ${max} records`,
    message:
      'No person can review so many matches, so the rule reports nothing more for that day. ' +
      'An attack that the rule is for may be among the matches.',
    next:
      'Narrow the rule, or add a filter for records that are known to be harmless. Then ' +
      'backtest it.',
  });
}

/** Reports a correlation group with more samples in a day than are examined. */
export function groupCutDraft(
  { stream, group, day }: GroupDay,
  most: number,
  { document, custom }: AlertingRule,
): FindingDraft {
  return draftOfDay(`${stream} ${custom.version} ${group}`, day, {
    title: `The rule "${document.title}" read only the first ${most} records of a group`,
    message:
      `The group ${group} has more records, which the rule did not read. Records that match the ` +
      'rule may be among them.',
    next: 'Query the events of that group to find out what produces so many records.',
  });
}

/** Reports records with more values in a field than are compared. */
export function valuesCutDraft(
  stream: string,
  day: number,
  entries: readonly number[],
  { document, custom }: AlertingRule,
): FindingDraft {
  const draft = draftOfDay(`${stream} ${custom.version} values`, day, {
    title:
      `The rule "${document.title}" compared only ${FIELD_VALUES_MAX} values of a field in ` +
      plural(entries.length, 'record'),
    message:
      'The field has more values, which the rule did not compare. A value that matches the rule ' +
      'may be among them.',
    next: 'Open the named records with "countersign show" and read all values of the field.',
  });
  return { ...draft, entries: entries.slice(0, DRAFT_ENTRIES_MAX) };
}

/** `title` without the day, which is appended. */
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
