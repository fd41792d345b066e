import { type Interval, interval, normalise } from '../core/index.ts';
import { cutDraft, SIGN_IN_LOGS, SUITE } from '../detect/index.ts';
import { type Authorisations, LIST_MAX, Reconciler } from '../reconcile/index.ts';
import type { Judge, JudgeContext, Judgement } from './judge.ts';
import { RECONCILE_BEHIND_MS, RECONCILE_EVERY_MS, SETTLES_WITHIN_MS } from './limits.ts';

const DAY_MS = 86_400_000;
const TITLE = 'An action that no authorisation stands behind';

/**
 * Asks of whole days, and of the days behind a late sign-in as well: what it was the sign-in of may
 * have been used for as long as a token lives, and a session of it for longer. A finding whose
 * sign-in came after all is taken back, and the ledger keeps both.
 */
export function reconcileJudge(
  authorisationsOf: (context: JudgeContext) => Promise<Authorisations>,
): Judge {
  return {
    name: 'reconcile',
    hears: 'events',
    watches: [
      {
        id: 'reconcile',
        title: TITLE,
        judge: 'reconcile',
        logs: [...SIGN_IN_LOGS, ...SUITE],
      },
    ],
    everyMs: RECONCILE_EVERY_MS,
    async *judge(context: JudgeContext): AsyncGenerator<Judgement> {
      const { books, touched, nowMs, fromIndex } = context;
      // Nothing new: logs may have settled meanwhile, and an absence be worth more than before.
      const recent = interval(nowMs - SETTLES_WITHIN_MS, nowMs);
      const authorisations = await authorisationsOf(context);
      const reconciler = new Reconciler(books, { authorisations, coverage: books.coverage() });
      const reached = await reconciler.reachedDays(fromIndex, touched);
      const days = reached.map((day) => interval(day, day + DAY_MS));
      const asked = (touched.length === 0 ? [recent] : touched).map(wholeDays);
      const covers = normalise([...asked, ...days]);
      for (const { from, to } of covers) {
        let toldTo = from;
        for await (const told of reconciler.findings({ fromMs: from, toMs: to })) {
          const { dayMs, drafts, isCut } = told;
          const day = interval(toldTo, dayMs + DAY_MS);
          toldTo = day.to;
          // Whoever makes a flood of such actions must not hide the last of them behind it.
          const cut = isCut ? [cutDraft(TITLE, dayMs, LIST_MAX)] : [];
          yield { drafts: [...drafts, ...cut], covers: [day] };
        }
        if (toldTo < to) yield { drafts: [], covers: [interval(toldTo, to)] };
      }
    },
  };
}

function wholeDays({ from, to }: Interval): Interval {
  const end = Math.ceil((to + RECONCILE_BEHIND_MS) / DAY_MS) * DAY_MS;
  return interval(Math.floor(from / DAY_MS) * DAY_MS, end);
}
