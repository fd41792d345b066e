import type { Clock, TenantId } from '@countersign/core';
import type { SourcedValue } from '../directory/directory.ts';
import {
  type RaisedRisk,
  RISK_LEVELS,
  type RiskLevel,
  type RiskResolution,
  type RiskSpan,
  raisedSpan,
} from './risk-level.ts';

/** The risk of a person, now or at a moment. */
export interface RiskLookup {
  /** By any of the ids; undefined if no detector runs. */
  risk(tenant: TenantId, ids: readonly string[]): SourcedValue<RiskLevel> | undefined;
}

/** A person that a finding names, as the directory knows them. */
export type NamedPerson = { readonly tenant: TenantId; readonly id: string };

/** One revision for the people it names. A person who is no longer named was at risk until then. */
type NamingSpan = RiskSpan & { toMs: number; readonly names: ReadonlySet<string> };

type FindingRisk = {
  readonly spans: NamingSpan[];
  readonly raised: RaisedRisk;
  /** A person's resolution also applies to later revisions. */
  settled: RiskResolution | undefined;
};

type WorstRisk = { readonly level: RiskSpan['level']; readonly uid: string };

/**
 * The risk that findings raise, now and at every past moment. Enforcement points, later checks and
 * replays all use it.
 */
export class RiskHistory {
  readonly #said = new Map<string, FindingRisk>();
  /** By tenant and name: the findings that use that name. */
  readonly #named = new Map<string, Set<string>>();
  /** By tenant and id: all names that findings use for that person. */
  readonly #people = new Map<string, NamedPerson & { readonly names: readonly string[] }>();
  #detectionMs: number | undefined;
  #version = 0;

  /** Changes whenever findings change. */
  get version(): number {
    return this.#version;
  }

  /** Detectors have covered everything received up to this time. */
  setDetectionTime(untilMs: number | undefined): void {
    this.#detectionMs = untilMs;
  }

  raise(raised: RaisedRisk, saidMs: number): void {
    const { tenant, uid, principals } = raised;
    const before = this.#said.get(uid);
    const said: FindingRisk = { spans: before?.spans ?? [], raised, settled: before?.settled };
    this.#said.set(uid, said);
    this.#turn(said, saidMs);
    for (const name of principals.map((principal) => keyOf(tenant, principal))) {
      const uids = this.#named.get(name) ?? new Set();
      this.#named.set(name, uids.add(uid));
    }
  }

  settle(settled: RiskResolution): void {
    const said = this.#said.get(settled.uid);
    if (said === undefined) return;
    said.settled = settled;
    this.#turn(said, settled.atMs);
  }

  /** Resolves the names in findings to ids. */
  resolve(idOf: (tenant: TenantId, name: string) => string | undefined): void {
    this.#version++;
    this.#people.clear();
    for (const key of this.#named.keys()) {
      const [tenant, name] = key.split('\n') as [TenantId, string];
      const id = idOf(tenant, name);
      if (id === undefined) continue;
      const names = [...(this.#people.get(keyOf(tenant, id))?.names ?? []), key];
      this.#people.set(keyOf(tenant, id), { tenant, id, names });
    }
  }

  now(clock: Clock): RiskLookup {
    return { risk: (...asked) => this.#risk(clock.now(), this.#detectionMs, ...asked) };
  }

  /** The risk as of a moment, if detectors run at all. */
  at(atMs: number): RiskLookup {
    return { risk: (...asked) => this.#risk(atMs, atMs, ...asked) };
  }

  /** The people that findings name or named, with their risk at a moment. */
  *people(atMs: number): Generator<NamedPerson & { readonly found: RiskLevel }> {
    for (const { tenant, id } of this.#people.values()) {
      yield { tenant, id, found: this.#found(atMs, tenant, [id])?.level ?? 'none' };
    }
  }

  /** When the next risk begins or fades by itself; Infinity if none will. */
  turnAfter(atMs: number): number {
    let turnMs = Number.POSITIVE_INFINITY;
    for (const { spans } of this.#said.values()) {
      for (const { fromMs, toMs } of spans) {
        for (const each of [fromMs, toMs]) if (each > atMs && each < turnMs) turnMs = each;
      }
    }
    return turnMs;
  }

  /** The absence of worse findings is worth as much as the detectors' coverage. */
  #risk(
    atMs: number,
    seenMs: number | undefined,
    tenant: TenantId,
    ids: readonly string[],
  ): SourcedValue<RiskLevel> | undefined {
    const found = this.#found(atMs, tenant, ids);
    const source = found === undefined ? 'findings' : `finding:${found.uid}`;
    // High is the maximum: it stays until a person ends it.
    if (found?.level === 'high') return { value: 'high', source, seenMs: atMs };
    return seenMs === undefined ? undefined : { value: found?.level ?? 'none', source, seenMs };
  }

  #found(atMs: number, tenant: TenantId, ids: readonly string[]): WorstRisk | undefined {
    let worst: WorstRisk | undefined;
    const keys = ids.map((id) => keyOf(tenant, id));
    for (const name of [...keys, ...keys.flatMap((key) => this.#people.get(key)?.names ?? [])]) {
      for (const uid of this.#named.get(name) ?? []) {
        for (const { level, fromMs, toMs, names } of this.#said.get(uid)?.spans ?? []) {
          if (!names.has(name) || atMs < fromMs || toMs <= atMs) continue;
          if (rankOf(level) > rankOf(worst?.level ?? 'none')) worst = { level, uid };
        }
      }
    }
    return worst;
  }

  /** Ends the present risk and begins the next. */
  #turn({ spans, raised, settled }: FindingRisk, atMs: number): void {
    this.#version++;
    const last = spans.at(-1);
    if (last !== undefined) last.toMs = Math.min(last.toMs, Math.max(atMs, last.fromMs));
    const span = raisedSpan(raised, settled, atMs);
    if (span === undefined) return;
    const { tenant, principals } = raised;
    spans.push({ ...span, names: new Set(principals.map((each) => keyOf(tenant, each))) });
  }
}

function rankOf(level: RiskLevel): number {
  return RISK_LEVELS.indexOf(level);
}

function keyOf(tenant: string, name: string): string {
  return `${tenant}\n${name.toLowerCase().replace(/^user:/, '')}`;
}
