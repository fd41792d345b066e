import { type Interval, interval, normalize } from '@countersign/core';
import { cutDraft } from '../../detection/detectors/windows/window-detector.ts';
import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { SIGN_IN_LOGS, SUITE } from '../../detection/runner/required-logs.ts';
import {
  LIST_MAX,
  RECONCILE_BEHIND_MS,
  RECONCILE_EVERY_MS,
  RECONCILE_REST_TIMES,
  SETTLES_WITHIN_MS,
} from '../limits.ts';
import { ACTION_RULES } from './action-findings.ts';
import { ActionReconciler, type FindingsOfDay } from './action-reconciler.ts';
import type { AuthorizationSource } from './authorization-status.ts';

const DAY_MS = 86_400_000;
const ACTIONS = { unit: 'reconcile', title: 'Action without an authorization' };

/**
 * Reconciles whole days, including those after a late sign-in: its token and session may have been
 * used there.
 *
 * If a missing sign-in arrives, the finding is withdrawn, and the ledger keeps both.
 */
export function reconcileDetector(
  authorizationsOf: (context: DetectorInput) => Promise<AuthorizationSource>,
): Detector {
  return {
    name: 'reconcile',
    hears: 'events',
    profiles: [
      {
        id: 'reconcile',
        ...ACTIONS,
        detector: 'reconcile',
        logs: [...SIGN_IN_LOGS, ...SUITE],
      },
    ],
    everyMs: RECONCILE_EVERY_MS,
    restTimes: RECONCILE_REST_TIMES,
    async *detect(context: DetectorInput): AsyncGenerator<DetectorResult> {
      const { store, touched, nowMs, fromIndex } = context;
      // Without new entries, logs may have settled, which changes what an absence means.
      const recent = interval(nowMs - SETTLES_WITHIN_MS, nowMs);
      const authorizations = await authorizationsOf(context);
      await using reconciler = new ActionReconciler(store, {
        authorizations,
        coverage: store.coverage(),
      });
      // If all records are new, so are all days. The query reads each action of the store.
      const reached = fromIndex === 0 ? [] : await reconciler.reachedDays(fromIndex, touched);
      const days = reached.map((day) => interval(day, day + DAY_MS));
      const asked = (touched.length === 0 ? [recent] : touched).map(wholeDays);
      const covers = normalize([...asked, ...days]);
      for (const { from, to } of covers) {
        let reportedTo = from;
        for await (const findingsOfDay of reconciler.findings({ fromMs: from, toMs: to })) {
          const days = interval(reportedTo, findingsOfDay.dayMs + DAY_MS);
          reportedTo = days.to;
          yield resultOf(findingsOfDay, days);
        }
        if (reportedTo < to) yield { drafts: [], covers: [interval(reportedTo, to)] };
      }
    },
  };
}

/** The result for one day. It says nothing about the earlier days in `days`. */
export function resultOf({ dayMs, drafts, isCut }: FindingsOfDay, days: Interval): DetectorResult {
  if (!isCut) return { drafts, covers: [days] };
  // An attacker's flood of such actions must not hide the last ones behind it.
  const day = interval(dayMs, dayMs + DAY_MS);
  const cut = cutDraft(ACTIONS, { fromMs: day.from, toMs: day.to }, LIST_MAX);
  const cutShort = [{ ...day, rules: ACTION_RULES }];
  return { drafts: [...drafts, cut], covers: [days], cutShort };
}

function wholeDays({ from, to }: Interval): Interval {
  const end = Math.ceil((to + RECONCILE_BEHIND_MS) / DAY_MS) * DAY_MS;
  return interval(Math.floor(from / DAY_MS) * DAY_MS, end);
}
