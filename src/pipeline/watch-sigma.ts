import { setImmediate } from 'node:timers/promises';
import type { BooksReader, KeptFinding } from '../books/index.ts';
import { type FindingDraft, TENANT_NOT_STATED } from '../core/index.ts';
import {
  DAY_MS,
  findingUid,
  type GroupDay,
  type RuleContent,
  RuleJudge,
  ruleWatchers,
  type Throttled,
} from '../detect/index.ts';
import type { Judge, JudgeContext, Judgement } from './judge.ts';

export const SIGMA: Judge['name'] = 'sigma';
const THROTTLED = 'sigma/throttled';

/** The judge of rules: looks at the groups and days of which signals came or went. */
export function sigmaJudge(content: RuleContent): Judge {
  const rules = new RuleJudge(content);
  let home: string | undefined;
  return {
    name: SIGMA,
    hears: 'events',
    reads: 'state',
    watches: ruleWatchers(content, SIGMA),
    judge: async (context): Promise<Judgement> => {
      const { books, fromIndex } = context;
      const homeNow = books.tenantOf(TENANT_NOT_STATED);
      const moved = homeNow === home ? [] : homeless(books, homeNow);
      home = homeNow;
      const touched = [...books.touchedGroups(fromIndex), ...moved];
      return judgeAll(rules, rules.affected(touched), context);
    },
    done: (books, toIndex) => books.forgetTouched(toIndex),
  };
}

async function judgeAll(
  rules: RuleJudge,
  days: readonly GroupDay[],
  { books }: JudgeContext,
): Promise<Judgement> {
  const throttled = throttledOf(rules, days, books);
  const silent = new Set(throttled.map(dayOfStream));
  const drafts: FindingDraft[] = throttled.map(({ draft }) => draft);
  const heard = silent.size === 0 ? days : days.filter((each) => !silent.has(dayOfStream(each)));
  for (const found of rules.judgeAll(heard, books)) {
    drafts.push(...found);
    await setImmediate();
  }
  const earlier = before(books, days);
  const said = new Set(earlier.length === 0 ? [] : drafts.map(findingUid));
  const takenBack = earlier.filter(({ uid }) => !said.has(uid)).map(({ uid }) => uid);
  return { drafts, covers: [], takenBack };
}

/** Rules that fit too often on a day that is looked at. */
function throttledOf(
  rules: RuleJudge,
  days: readonly GroupDay[],
  books: BooksReader,
): readonly Throttled[] {
  const throttled = rules.throttled(books);
  if (throttled.length === 0) return [];
  const asked = new Set(days.map(dayOfStream));
  return throttled.filter((each) => asked.has(dayOfStream(each)));
}

function dayOfStream({ stream, day }: { readonly stream: string; readonly day: number }): string {
  return `${day} ${stream}`;
}

/** What was said of these groups and days until now. */
function before(books: BooksReader, days: readonly GroupDay[]): readonly KeptFinding[] {
  if (days.length === 0) return [];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { day } of days) {
    if (day < first) first = day;
    if (day > last) last = day;
  }
  const windows = { fromMs: first * DAY_MS, toMs: (last + 1) * DAY_MS };
  const found = books.findings({ judge: SIGMA, windows });
  if (found.length === 0) return found;
  const asked = new Set(days.map(({ stream, group, day }) => keyOf(stream, group, day * DAY_MS)));
  return found.filter(({ draft }) => {
    return draft.rule !== THROTTLED && asked.has(keyOf(draft.rule, draft.group, draft.windowMs));
  });
}

/**
 * What was said of records that state no tenant, before it was known whose they are: it is said
 * again, of that tenant.
 */
function homeless(books: BooksReader, home: string): GroupDay[] {
  if (home === TENANT_NOT_STATED) return [];
  const found = books.findings({ judge: SIGMA, tenant: TENANT_NOT_STATED });
  return found.map(({ draft: { rule: stream, group, windowMs } }) => {
    return { stream, group, day: windowMs / DAY_MS };
  });
}

function keyOf(stream: string, group: string, windowMs: number): string {
  return `${windowMs} ${stream} ${group}`;
}
