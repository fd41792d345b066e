import type { TenantId } from '@countersign/core';
import { RISK_LASTS_MS, RISK_PEOPLE_MAX } from '../limits.ts';

/** Risk levels, lowest first. */
export const RISK_LEVELS = ['none', 'low', 'medium', 'high'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** The part of a finding that concerns people. */
export type RaisedRisk = {
  readonly tenant: TenantId;
  readonly uid: string;
  readonly rule: string;
  /** OCSF severity_id. */
  readonly severity: number;
  /** Object ids, or names with the kind of their owner: `user:ada@x.example`. */
  readonly principals: readonly string[];
  /** The time of the latest activity in the finding. */
  readonly lastMs: number;
  readonly state: 'open' | 'withdrawn';
};

/** A person's resolution of a finding. */
export type RiskResolution = {
  readonly uid: string;
  readonly state: 'resolved' | 'suppressed' | 'open';
  /** The end of a suppression; null: unlimited. */
  readonly untilMs: number | null;
  readonly atMs: number;
};

/** The span and level of the risk from a finding. */
export type RiskSpan = {
  readonly level: Exclude<RiskLevel, 'none'>;
  readonly fromMs: number;
  readonly toMs: number;
};

/**
 * Rules about a sign-in, not about the person: single-factor access, no wave, already at high risk.
 * If they raised the risk, it would sustain itself forever.
 */
const OF_THE_ENDPOINT = /^(?:check|enforcement)\//;
const OF_THE_PERSON: ReadonlySet<string> = new Set(['check/denied-and-in', 'check/ended-pass']);

/**
 * The effect of a finding on the people it names, from its report or resolution on: never for
 * earlier events. High risk lasts until the finding is resolved or retracted, because a person must
 * end it. Lower levels fade, because people do not examine all of those. A resolved finding that
 * recurs counts again. Undefined: it raises no one.
 */
export function raisedSpan(
  raised: RaisedRisk,
  settled: RiskResolution | undefined,
  atMs: number,
): RiskSpan | undefined {
  const level = levelOf(raised);
  const fromMs = countsFrom(raised, settled, atMs);
  if (level === 'none' || fromMs === undefined) return undefined;
  const toMs = level === 'high' ? Number.POSITIVE_INFINITY : fromMs + RISK_LASTS_MS;
  return { level, fromMs, toMs };
}

/** A finding about many people, such as a password spray, says nothing about any one of them. */
function levelOf({ rule, severity, principals }: RaisedRisk): RiskLevel {
  if (OF_THE_ENDPOINT.test(rule) && !OF_THE_PERSON.has(rule)) return 'none';
  if (principals.length > RISK_PEOPLE_MAX) return 'none';
  if (severity >= 4) return 'high';
  return severity === 3 ? 'medium' : severity === 2 ? 'low' : 'none';
}

function countsFrom(
  { state, lastMs }: RaisedRisk,
  settled: RiskResolution | undefined,
  atMs: number,
): number | undefined {
  if (state === 'withdrawn') return undefined;
  switch (settled?.state) {
    case 'resolved':
      return lastMs > settled.atMs ? atMs : undefined;
    case 'suppressed':
      return settled.untilMs === null ? undefined : Math.max(atMs, settled.untilMs);
    default:
      return atMs;
  }
}
