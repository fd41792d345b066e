import type { TenantId } from '@countersign/core';
import { RISK_LASTS_MS, RISK_PEOPLE_MAX } from '../limits.ts';

/** What we think of somebody, the least first. */
export const RISK_LEVELS = ['none', 'low', 'medium', 'high'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** A finding as far as it says something of people. */
export type RaisedRisk = {
  readonly tenant: TenantId;
  readonly uid: string;
  readonly rule: string;
  /** OCSF severity_id. */
  readonly severity: number;
  /** Object ids, or names behind the kind of their owner: `user:ada@x.example`. */
  readonly principals: readonly string[];
  /** When the last happened of what it is about. */
  readonly lastMs: number;
  readonly state: 'open' | 'withdrawn';
};

/** What people said of a finding. */
export type RiskResolution = {
  readonly uid: string;
  readonly state: 'resolved' | 'suppressed' | 'open';
  /** Of a suppression; null: for ever. */
  readonly untilMs: number | null;
  readonly atMs: number;
};

/** When a finding raises whom it names, and how high. */
export type RiskSpan = {
  readonly level: Exclude<RiskLevel, 'none'>;
  readonly fromMs: number;
  readonly toMs: number;
};

/**
 * Rules that say what was wrong with a sign-in and not with the person: let in by one factor, in no
 * wave, at high risk already. Were they to raise the risk, it would hold itself up for ever.
 */
const OF_THE_ENDPOINT = /^(?:check|enforcement)\//;
const OF_THE_PERSON: ReadonlySet<string> = new Set(['check/denied-and-in', 'check/ended-pass']);

/**
 * What a finding does to those whom it names, from the moment at which it was said or settled so:
 * never for what happened before. High risk lasts until the finding is settled or taken back, since
 * nobody has said that it is over; the lower ones fade, since nobody looks into all of those. What
 * was resolved and goes on happening counts again. Undefined: it raises nobody.
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

/** A finding about many, as a spray over a company, says of none of them that it is them. */
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
