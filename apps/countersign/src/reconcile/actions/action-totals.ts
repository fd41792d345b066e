import { DAY_MS } from '../limits.ts';
import {
  type Cause,
  isUnexplained,
  type Method,
  type Verdict,
  verdictOf,
} from './action-verdict.ts';

/** The verdict on one action. */
export type ActionVerdict = {
  readonly index: number;
  readonly tenant: string;
  readonly atMs: number;
  readonly workload: string | null;
  readonly recordType: number | null;
  readonly operation: string | null;
  readonly who: string | null;
  readonly actor: string | null;
  readonly app: string | null;
  readonly ip: string | null;
  readonly session: string | null;
  readonly token: string | null;
  readonly method: Method;
  /** Ledger index of the sign-in's event. */
  readonly signIn: number | null;
  readonly cause: Cause;
  readonly verdict: Verdict;
  /** Without a sign-in: the upper bound on random loss. */
  readonly bound: number | null;
};

/** How many actions of one record kind matched a sign-in. */
export type JoinShare = {
  readonly workload: string;
  readonly recordType: number | null;
  readonly actions: number;
  readonly joined: Readonly<Record<Method, number>>;
};

/** The unexplained actions of one day. */
export type Residual = {
  readonly day: string;
  readonly workload: string;
  readonly actions: number;
};

/** The verdicts on the actions of one day. */
export type DayVerdicts = Readonly<Record<Verdict, number>> & { readonly day: string };

/** Actions of one hour with the same properties. */
export type Group = {
  readonly tenant: string;
  readonly workload: string;
  readonly recordType: number | null;
  readonly method: Method;
  /** The engine's preliminary cause, before coverage is considered. */
  readonly final: string;
  readonly cause: Cause;
  readonly hourMs: number;
  readonly actions: number;
};

export function sharesOf(groups: readonly Group[]): JoinShare[] {
  const byKind = Map.groupBy(groups, ({ workload, recordType }) => `${workload}\n${recordType}`);
  return [...byKind.values()]
    .map((own) => {
      const joined = { token: 0, session: 0, person: 0, none: 0 };
      for (const { method, actions } of own) joined[method] += actions;
      const { workload, recordType } = own[0] as Group;
      return { workload, recordType, actions: sumOf(own), joined };
    })
    .sort((a, b) => b.actions - a.actions || compare(a.workload, b.workload));
}

export function residualOf(groups: readonly Group[]): Residual[] {
  const left = groups.filter(({ cause }) => isUnexplained(cause));
  const byDay = Map.groupBy(left, ({ hourMs, workload }) => `${dayOf(hourMs)}\n${workload}`);
  return [...byDay]
    .map(([key, own]) => {
      const [day = '', workload = ''] = key.split('\n');
      return { day, workload, actions: sumOf(own) };
    })
    .sort((a, b) => compare(a.day + a.workload, b.day + b.workload));
}

export function daysOf(groups: readonly Group[]): DayVerdicts[] {
  const byDay = Map.groupBy(groups, ({ hourMs }) => dayOf(hourMs));
  return [...byDay]
    .map(([day, own]) => {
      const of = { accounted: 0, unaccounted: 0, unknown: 0 };
      for (const { cause, actions } of own) of[verdictOf(cause)] += actions;
      return { day, ...of };
    })
    .sort((a, b) => compare(a.day, b.day));
}

function sumOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { actions }) => sum + actions, 0);
}

function dayOf(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
