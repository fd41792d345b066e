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

/** What is thought of a person, at a moment or now. */
export interface RiskLookup {
  /** By any of the ids; undefined where nobody judges. */
  risk(tenant: TenantId, ids: readonly string[]): SourcedValue<RiskLevel> | undefined;
}

/** Somebody whom a finding names, as the directory knows the person. */
export type NamedPerson = { readonly tenant: TenantId; readonly id: string };

/** Each revision for whom it names itself: who is no longer named was so until then. */
type NamingSpan = RiskSpan & { toMs: number; readonly names: ReadonlySet<string> };

type FindingRisk = {
  readonly spans: NamingSpan[];
  readonly raised: RaisedRisk;
  /** What people said of it holds for later revisions, too. */
  settled: RiskResolution | undefined;
};

type WorstRisk = { readonly level: RiskSpan['level']; readonly uid: string };

/**
 * The risk that findings raise, now and at every moment before: what the enforcement points decide
 * by, what is checked afterwards and what is replayed go by the same.
 */
export class RiskHistory {
  readonly #said = new Map<string, FindingRisk>();
  /** By tenant and name: the findings that name somebody so. */
  readonly #named = new Map<string, Set<string>>();
  /** By tenant and id: all names by which findings call that person. */
  readonly #people = new Map<string, NamedPerson & { readonly names: readonly string[] }>();
  #watchedMs: number | undefined;
  #version = 0;

  /** Another whenever findings say something else, or of somebody else. */
  get version(): number {
    return this.#version;
  }

  /** Until then everything that came in was judged. */
  watched(untilMs: number | undefined): void {
    this.#watchedMs = untilMs;
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

  /** Learns under which ids people go whom findings call by a name. */
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
    return { risk: (...asked) => this.#risk(clock.now(), this.#watchedMs, ...asked) };
  }

  /** As it was at a moment, where somebody judges at all. */
  at(atMs: number): RiskLookup {
    return { risk: (...asked) => this.#risk(atMs, atMs, ...asked) };
  }

  /** Those whom findings name or named, and how high these raise them at a moment. */
  *people(atMs: number): Generator<NamedPerson & { readonly found: RiskLevel }> {
    for (const { tenant, id } of this.#people.values()) {
      yield { tenant, id, found: this.#found(atMs, tenant, [id])?.level ?? 'none' };
    }
  }

  /** When the next begins or fades by itself; Infinity where nothing will. */
  turnAfter(atMs: number): number {
    let turnMs = Number.POSITIVE_INFINITY;
    for (const { spans } of this.#said.values()) {
      for (const { fromMs, toMs } of spans) {
        for (const each of [fromMs, toMs]) if (each > atMs && each < turnMs) turnMs = each;
      }
    }
    return turnMs;
  }

  /** That nothing worse was found is worth as much as somebody has looked. */
  #risk(
    atMs: number,
    seenMs: number | undefined,
    tenant: TenantId,
    ids: readonly string[],
  ): SourcedValue<RiskLevel> | undefined {
    const found = this.#found(atMs, tenant, ids);
    const source = found === undefined ? 'findings' : `finding:${found.uid}`;
    // There is nothing worse: it stays so until somebody says otherwise.
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

  /** What was thought until now is over; what is thought from now on begins. */
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
