import type { Clock, TenantId } from '../../core/index.ts';
import { RISK_LASTS_MS, RISK_PEOPLE_MAX } from '../limits.ts';
import type { Sourced } from './facts.ts';

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
  readonly state: 'open' | 'withdrawn';
};

/** What people said of a finding. */
export type RiskSettled = {
  readonly uid: string;
  readonly state: 'settled' | 'open';
  /** From then on it counts again. */
  readonly untilMs: number | null;
};

/** What is thought of a person, at a moment or now. */
export interface Opinions {
  /** By any of the ids; undefined where nobody judges. */
  risk(tenant: TenantId, ids: readonly string[]): Sourced<RiskLevel> | undefined;
}

/** A finding raises risk from when it was said, never for what happened before. */
type Span = { readonly level: RiskLevel; readonly fromMs: number; toMs: number };

type Said = {
  readonly spans: Span[];
  readonly raised: RaisedRisk;
  /** What people said of it holds for later revisions, too. */
  settled: RiskSettled | undefined;
};

/** Findings raise the risk of those whom they name: for a week, or until it is taken back. */
export class Risks {
  readonly #said = new Map<string, Said>();
  /** By tenant and name: the findings that name somebody so. */
  readonly #named = new Map<string, Set<string>>();
  /** By tenant and name: another name of the same person. */
  readonly #alias = new Map<string, string>();
  #watchedMs: number | undefined;

  /** Until then everything that came in was judged. */
  watched(untilMs: number | undefined): void {
    this.#watchedMs = untilMs;
  }

  raise(raised: RaisedRisk, saidMs: number): void {
    const { tenant, uid, principals } = raised;
    const before = this.#said.get(uid);
    const said: Said = { spans: before?.spans ?? [], raised, settled: before?.settled };
    this.#said.set(uid, said);
    this.#turn(said, saidMs);
    for (const name of principals.map((principal) => keyOf(tenant, principal))) {
      const uids = this.#named.get(name) ?? new Set();
      this.#named.set(name, uids.add(uid));
    }
  }

  settle(settled: RiskSettled, atMs: number): void {
    const said = this.#said.get(settled.uid);
    if (said === undefined) return;
    said.settled = settled;
    this.#turn(said, atMs);
  }

  /** Learns under which ids people go whom findings call by a name. */
  resolve(idOf: (tenant: string, name: string) => string | undefined): void {
    for (const key of this.#named.keys()) {
      const [tenant = '', name = ''] = key.split('\n');
      const id = idOf(tenant, name)?.toLowerCase();
      if (id !== undefined && id !== name) this.#alias.set(`${tenant}\n${id}`, key);
    }
  }

  now(clock: Clock): Opinions {
    return { risk: (...asked) => this.#risk(clock.now(), this.#watchedMs, ...asked) };
  }

  /** As it was at a moment, where somebody judges at all. */
  at(atMs: number): Opinions {
    return { risk: (...asked) => this.#risk(atMs, atMs, ...asked) };
  }

  #risk(
    atMs: number,
    seenMs: number | undefined,
    tenant: TenantId,
    ids: readonly string[],
  ): Sourced<RiskLevel> | undefined {
    if (seenMs === undefined) return undefined;
    let worst = 0;
    for (const id of ids) {
      const key = keyOf(tenant, id);
      for (const name of [key, this.#alias.get(key)]) {
        for (const uid of (name === undefined ? undefined : this.#named.get(name)) ?? []) {
          for (const { level, fromMs, toMs } of this.#said.get(uid)?.spans ?? []) {
            if (fromMs <= atMs && atMs < toMs) worst = Math.max(worst, RISK_LEVELS.indexOf(level));
          }
        }
      }
    }
    return { value: RISK_LEVELS[worst] as RiskLevel, source: 'findings', seenMs };
  }

  /** What was thought until now is over; what is thought from now on begins. */
  #turn({ spans, raised, settled }: Said, atMs: number): void {
    const last = spans.at(-1);
    if (last !== undefined) last.toMs = Math.min(last.toMs, Math.max(atMs, last.fromMs));
    const level = levelOf(raised);
    const untilMs = settled?.state === 'settled' ? settled.untilMs : atMs;
    if (level === 'none' || raised.state === 'withdrawn' || untilMs === null) return;
    const fromMs = Math.max(atMs, untilMs);
    spans.push({ level, fromMs, toMs: fromMs + RISK_LASTS_MS });
  }
}

/**
 * A sign-in that disagrees with policy says what the vendor let through, and is judged by policy
 * already. A finding about many, as a spray over a company, says of none of them that it is them.
 */
function levelOf({ rule, severity, principals }: RaisedRisk): RiskLevel {
  if (rule.startsWith('check/') || principals.length > RISK_PEOPLE_MAX) return 'none';
  if (severity >= 4) return 'high';
  return severity === 3 ? 'medium' : severity === 2 ? 'low' : 'none';
}

function keyOf(tenant: string, name: string): string {
  return `${tenant}\n${name.toLowerCase().replace(/^user:/, '')}`;
}
