import { parseDirectoryItem, parseDirectoryMark } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import { createMemo } from '@countersign/ocsf';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { ReconcilePeriod } from '../actions/action-query.ts';
import { type Absence, assessAbsence, isErased, isOfTenant } from '../actions/log-coverage.ts';
import { CLAIMS_MAX } from '../limits.ts';
import { assignTenants } from './assign-tenants.ts';
import { claimsOf, isClaim } from './claimed-change.ts';
import { stateFindings } from './drift-findings.ts';
import { type DriftMatch, DriftMatcher, type ObservedChange } from './drift-matcher.ts';
import { type StateUnknown, stateVerdictOf } from './drift-verdict.ts';
import { PRIVILEGE_SOURCES, UNREAD } from './privilege.ts';
import { PrivilegeHistory } from './privilege-history.ts';

/** One direction of the comparison of state and events. */
export type StateSide = {
  readonly changes: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly unknown: Readonly<Partial<Record<StateUnknown, number>>>;
};

export type StateReconciliation = {
  /** Completed listings of parts of the directory. */
  readonly listings: number;
  /** Privileges that existed before the first listing; nothing is reported about them. */
  readonly thereBefore: number;
  /** Changes between listings, by whether an event reports them. */
  readonly state: StateSide;
  /** Changes in events, by whether the next listing shows them. */
  readonly events: StateSide;
  /** Kinds whose state no collector reads. Changes outside the log are unknown. */
  readonly notCollected: readonly string[];
};

/** The logs with changes of the directory. */
const AUDIT_LOGS: readonly RegExp[] = [
  /^graph\/directoryAudits$/i,
  /^(?:azure-monitor|log-analytics)\/AuditLogs$/i,
  /^entra\.portal\/(?:directoryAudits|auditLogs)$/i,
  /^m365\.activity\/Audit\.AzureActiveDirectory$/i,
];
const UNIFIED_LOG =
  /^(?:m365\.export\/unified-audit-log|graph\/auditLogQuery|log-analytics\/OfficeActivity)$/i;

/**
 * Finds privileges that exist without an event, and events without an effect. Each run queries
 * everything again, so late records count like all others.
 */
export class DriftReconciler {
  readonly #store: StoreReader;
  readonly #ledger: LedgerReader;
  readonly #facts: readonly CoverageRow[];
  #listed: Promise<PrivilegeHistory[]> | undefined;
  #unread: Promise<DriftMatch[]> | undefined;
  #matches: Promise<{ matches: DriftMatch[]; listings: number; thereBefore: number }> | undefined;

  constructor(store: StoreReader, ledger: LedgerReader, coverage: readonly CoverageRow[]) {
    this.#store = store;
    this.#ledger = ledger;
    this.#facts = coverage.filter(({ subject }) => subject === null);
  }

  async totals(period: ReconcilePeriod): Promise<StateReconciliation> {
    this.#matches ??= this.#match();
    const { listings, thereBefore } = await this.#matches;
    const matches = await this.#within(period);
    const side = (about: DriftMatch['about']): StateSide =>
      sideOf(matches.filter((match) => match.about === about));
    const notCollected = Object.values(UNREAD);
    return { listings, thereBefore, state: side('state'), events: side('event'), notCollected };
  }

  /** Mismatches and unknown results, in time order. */
  async list(period: ReconcilePeriod): Promise<DriftMatch[]> {
    const matches = await this.#within(period);
    return matches
      .filter(({ cause }) => stateVerdictOf(cause) !== 'matched')
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** Without a listing there is nothing to compare, and so no findings. */
  async findings(): Promise<FindingDraft[]> {
    this.#listed ??= this.#histories();
    if ((await this.#listed).every(({ listings }) => listings.length === 0)) return [];
    this.#matches ??= this.#match();
    return stateFindings((await this.#matches).matches);
  }

  async #within({ fromMs, toMs, tenant }: ReconcilePeriod): Promise<DriftMatch[]> {
    this.#matches ??= this.#match();
    this.#unread ??= this.#matchUnread();
    const { matches } = await this.#matches;
    return [...matches, ...(await this.#unread)].filter(
      (match) =>
        match.atMs >= (fromMs ?? Number.NEGATIVE_INFINITY) &&
        match.atMs < (toMs ?? Number.POSITIVE_INFINITY) &&
        (tenant === undefined || match.tenant === tenant),
    );
  }

  async #match(): Promise<{ matches: DriftMatch[]; listings: number; thereBefore: number }> {
    this.#listed ??= this.#histories();
    const histories = await this.#listed;
    const observed = assignTenants(await this.#observed(MAY_TELL), histories);
    const matcher = new DriftMatcher({
      histories,
      observed,
      absence: (tenant, fromMs, toMs) => this.#absence({ tenant, fromMs, toMs }),
      isCut: observed.length >= CLAIMS_MAX,
    });
    return {
      matches: [...matcher.shown(), ...matcher.said()],
      listings: histories.reduce((sum, { listings }) => sum + listings.length, 0),
      thereBefore: matcher.thereBefore,
    };
  }

  /**
   * Events of kinds without a collector. They are counted separately: inbox rules are frequent, and
   * must not displace events that can be compared.
   */
  async #matchUnread(): Promise<DriftMatch[]> {
    this.#listed ??= this.#histories();
    const observed = assignTenants(await this.#observed(MAY_TELL_UNREAD), await this.#listed);
    const absence = (): Absence => ({ cause: 'no-sign-in', bound: null });
    return [...new DriftMatcher({ histories: [], observed, absence, isCut: false }).said()];
  }

  async #histories(): Promise<PrivilegeHistory[]> {
    const found = new Map<string, PrivilegeHistory>();
    for (const index of this.#store.indicesOfKind('directory')) {
      if (index >= this.#ledger.size) continue;
      const { tenant, source } = (await this.#ledger.leaf(index)).leaf;
      if (!PRIVILEGE_SOURCES.has(source)) continue;
      const key = `${tenant}\n${source}`;
      const history = found.get(key) ?? new PrivilegeHistory(tenant, source);
      found.set(key, history);
      const value = await this.#value(index);
      const item = parseDirectoryItem(value);
      const mark = item === undefined ? parseDirectoryMark(value) : undefined;
      if (item !== undefined) history.item(item, index);
      else if (mark !== undefined) history.mark(mark, index);
      else history.erased();
    }
    return [...found.values()];
  }

  /** Privilege changes in the audit log, in time order; the newest if there are too many. */
  async #observed(words: string): Promise<ObservedChange[]> {
    const tenant = this.#store.tenantSql('tenant');
    const rows = await this.#store.over(
      {},
      (source) => `SELECT "index", ${tenant}, epoch_ms("time") AS t, source, operation,
          coalesce(actor_uid, actor_name) FROM ${source}
        WHERE operation IS NOT NULL AND status_id <> 2 AND class_uid BETWEEN 3000 AND 3999
          AND class_uid <> 3002 AND regexp_matches(lower(operation), '${words}')
        ORDER BY t DESC, "index" DESC LIMIT ${CLAIMS_MAX}`,
    );
    const memo = createMemo();
    const observed: ObservedChange[] = [];
    for (const [index, org, t, source, said, actor] of rows.reverse()) {
      const operation = String(said);
      if (!isClaim(operation, memo)) continue;
      const own = { index: Number(index), tenant: String(org), atMs: Number(t) };
      const value = await this.#value(own.index);
      const record = { ...own, source: String(source), operation, value };
      const who = typeof actor === 'string' ? actor : null;
      for (const claim of claimsOf(record, memo)) observed.push({ ...claim, ...own, who });
    }
    return observed;
  }

  /** Undefined if it was erased or is unreadable. */
  async #value(index: number): Promise<unknown> {
    if (index >= this.#ledger.size) return undefined;
    const body = await this.#ledger.body(index);
    if (body.kind !== 'present') return undefined;
    try {
      return JSON.parse(Buffer.from(body.bytes).toString('utf8'));
    } catch {
      return undefined;
    }
  }

  #absence(span: { tenant: string; fromMs: number; toMs: number }): Absence {
    if (isErased(this.#store.erasures(), span)) return { cause: 'erased', bound: null };
    const own = this.#facts.filter(
      (fact) =>
        isOfTenant(fact, span.tenant) &&
        (AUDIT_LOGS.some((log) => log.test(fact.source)) ||
          (UNIFIED_LOG.test(fact.source) &&
            (fact.workload === null || /^AzureActiveDirectory$/i.test(fact.workload)))),
    );
    return assessAbsence(own, this.#facts, span);
  }
}

/** A filter on raw names, before they are normalized. */
const MAY_TELL = [
  ...['role', 'credential', 'secrets', 'application', 'principal', 'grant', '(user|group)[. ]*$'],
].join('|');
const MAY_TELL_UNREAD = ['domain', '(mailbox|recipient)permission', '(inbox|sweep)rule'].join('|');

function sideOf(matches: readonly DriftMatch[]): StateSide {
  const of = (verdict: string): readonly DriftMatch[] =>
    matches.filter(({ cause }) => stateVerdictOf(cause) === verdict);
  const unknown: Partial<Record<StateUnknown, number>> = {};
  for (const { cause } of of('unknown')) {
    unknown[cause as StateUnknown] = (unknown[cause as StateUnknown] ?? 0) + 1;
  }
  return {
    changes: matches.length,
    matched: of('matched').length,
    unmatched: of('unmatched').length,
    unknown,
  };
}
