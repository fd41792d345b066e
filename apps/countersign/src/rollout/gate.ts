import {
  type Answer,
  all,
  type EvidenceRef,
  no,
  type Observation,
  plural,
  type Reason,
  unknown,
  type Watermark,
  yes,
} from '@countersign/core';
import { SUPPRESSED, statusOf } from '../detection/findings/finding-status.ts';
import type { Reconciliation } from '../reconcile/actions/action-reconciler.ts';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import type { StoredFinding } from '../store/sqlite/finding-table.ts';
import { GATE_SEVERITIES, type GateFile, type GateSeverity } from './gate-file.ts';

/** Evidence entries per condition. The text states the full count. */
const EVIDENCE_MAX = 50;

/** Whether a rule receives the logs that it needs. */
export type RuleHealth = {
  readonly rule: string;
  readonly state: 'live' | 'partial' | 'blind' | 'failed';
  readonly because: string;
  /** Why the rule may have missed events; null if it saw all. */
  readonly incomplete?: string | null;
  /** The highest severity that it reports. Undefined: any. */
  readonly severityMax?: number | undefined;
};

/** The ledger's account of the window. Undefined members could not be determined. */
export type GateInput = {
  readonly file: GateFile;
  readonly asOf: Watermark;
  /** `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The evaluation time. A suppression may have ended by then. */
  readonly nowMs: number;
  /** All coverage rows that overlap the window. */
  readonly coverage: readonly CoverageRow[];
  readonly findings: readonly StoredFinding[];
  readonly reconciliation: Reconciliation | undefined;
  readonly rules: readonly RuleHealth[] | undefined;
  /** Sources that only arrive by hand. The answer names them; no condition waits for them. */
  readonly limits: readonly Reason[];
};

export type ConditionName = 'coverage' | 'loss' | 'residual' | 'blind' | 'findings';

export type Condition = {
  readonly condition: ConditionName;
  /** The condition in words. */
  readonly requires: string;
  readonly answer: Answer;
  /** Findings that violate the condition, one sentence each. */
  readonly found: readonly string[];
};

export type GateAnswer = {
  readonly answer: Answer;
  readonly conditions: readonly Condition[];
  /** What would let the wave resume. Empty if nothing stops it. */
  readonly resume: readonly string[];
  /** What the answer does not cover, whatever it is. */
  readonly limits: readonly Reason[];
};

type ConditionResult = { readonly answer: Answer; readonly found: readonly string[] };

/**
 * Evaluates a gate: may this wave go on?
 *
 * Strong Kleene logic over the conditions: one failed condition means no, one undecided condition
 * prevents yes. "Nothing was found" is only as good as the coverage of the window.
 */
export function answerGate(input: GateInput): GateAnswer {
  const { require } = input.file;
  const conditions: Condition[] = [];
  const add = (condition: ConditionName, requires: string, found: ConditionResult): void => {
    conditions.push({ condition, requires, ...found });
  };
  const whole = wholeness(input);
  if (require.coverage !== undefined) {
    const { state, sources } = require.coverage;
    const text = `${plural(sources.length, 'source')} at least ${state} over the whole window`;
    add('coverage', text, coverageFound(input, sources, state));
  }
  if (require.loss !== undefined) {
    add('loss', `at most ${share(require.loss)} lost at random`, lossFound(input, require.loss));
  }
  if (require.residual !== undefined) {
    const text = `${atMost(require.residual, 'action')} without an explanation`;
    add('residual', text, residualFound(input, require.residual, whole));
  }
  if (require.blind !== undefined) {
    const text = `${atMost(require.blind, 'rule')} that cannot see its input`;
    add('blind', text, blindFound(input, require.blind));
  }
  if (require.findings !== undefined) {
    const text = `no open finding of severity ${require.findings} or above`;
    add('findings', text, findingsFound(input, require.findings, whole));
  }
  const answer = all(conditions.map((condition) => condition.answer));
  const restsOnRules = require.blind !== undefined || require.findings !== undefined;
  const limits = restsOnRules ? input.limits : [];
  return { answer, conditions, resume: conditions.flatMap(resumeOf), limits };
}

const RANKS: Readonly<Record<string, number>> = { collected: 1, corroborated: 2 };

function coverageFound(
  input: GateInput,
  sources: readonly string[],
  state: 'collected' | 'corroborated',
): ConditionResult {
  const answers: Answer[] = [];
  const found: string[] = [];
  for (const { source, tenant, name = tenant, facts } of streamsOf(input, sources)) {
    const { answer, text } = streamFound(input, facts, state);
    answers.push(answer);
    if (text !== undefined) found.push(`${source}${ofTenant(name)}: ${text}`);
  }
  return { answer: all(answers), found };
}

type Stream = {
  readonly source: string;
  readonly tenant: string | undefined;
  readonly facts: readonly CoverageRow[];
  /** Of the tenant, if the inventory names it. */
  readonly name?: string | undefined;
};

/** Every source in every tenant, including those without coverage data. */
function streamsOf({ file, coverage }: GateInput, sources: readonly string[]): Stream[] {
  const known = coverage.filter(({ subject }) => subject === null);
  const tenants = file.tenants.length > 0 ? file.tenants : tenantsOf(known);
  return sources.flatMap((source): Stream[] => {
    const of = known.filter((fact) => fact.source === source || fact.source === ANY);
    if (tenants.length === 0) return [{ source, tenant: undefined, facts: of }];
    return tenants.map((tenant) => ({
      source,
      tenant,
      facts: of.filter((fact) => fact.tenant === tenant || fact.tenant === ANY),
      name: known.find((fact) => fact.tenant === tenant)?.tenantName,
    }));
  });
}

const ANY = '*';

function tenantsOf(facts: readonly CoverageRow[]): string[] {
  return [...new Set(facts.map(({ tenant }) => tenant))].filter((tenant) => tenant !== ANY).sort();
}

function streamFound(
  input: GateInput,
  facts: readonly CoverageRow[],
  state: 'collected' | 'corroborated',
): { readonly answer: Answer; readonly text: string | undefined } {
  const { fromMs, toMs, asOf } = input;
  const short = facts.filter((fact) => fact.state === 'lost' || fact.state === 'off');
  const [lost] = short;
  if (lost !== undefined) {
    const because = { code: `coverage-${lost.state}`, text: lost.because };
    return { answer: no(asOf, because, refs(asOf, short)), text: lost.because };
  }
  const good = facts.filter((fact) => (RANKS[fact.state] ?? 0) >= (RANKS[state] as number));
  const other = facts.find((fact) => !good.includes(fact));
  const isWhole = isTiled(good, fromMs, toMs);
  if (isWhole && other === undefined)
    return { answer: yes(asOf, refs(asOf, good)), text: undefined };
  const text = other?.because ?? 'no entry states that the whole window was collected';
  return { answer: unknown(asOf, { code: 'coverage', text }, [COVERED]), text };
}

const COVERED: Observation = { what: 'the source collected over the whole window' };

function lossFound(input: GateInput, most: number): ConditionResult {
  const { asOf, file, coverage } = input;
  const sources = file.require.coverage?.sources;
  const facts = coverage.filter(
    (fact) =>
      (RANKS[fact.state] ?? 0) > 0 && (sources === undefined || sources.includes(fact.source)),
  );
  const above = facts.filter(({ bound }) => bound !== null && bound > most);
  const [worst] = above.toSorted((a, b) => (b.bound ?? 0) - (a.bound ?? 0));
  if (worst !== undefined) {
    const text = `up to ${share(worst.bound ?? 1)} of ${worst.source} may be lost`;
    return { answer: unknown(asOf, { code: 'loss-bound', text }, [PROBES]), found: [text] };
  }
  const open = facts.find(({ bound }) => bound === null);
  if (facts.length > 0 && open === undefined) {
    return { answer: yes(asOf, refs(asOf, facts)), found: [] };
  }
  const text =
    open === undefined
      ? 'nothing was collected, so there is no upper bound for loss'
      : `no canary gives an upper bound for the loss of ${open.source}`;
  return { answer: unknown(asOf, { code: 'loss-unbounded', text }, [PROBES]), found: [text] };
}

/** A bound above the limit means that we do not know, not that much was lost. */
const PROBES: Observation = {
  what: 'more canaries without loss: n of them give an upper bound of 3/n',
};

function residualFound(input: GateInput, most: number, whole: Answer): ConditionResult {
  const { reconciliation, asOf } = input;
  if (reconciliation === undefined || reconciliation.actions === 0) {
    const text = 'the window has no action to reconcile';
    return { answer: unknown(asOf, { code: 'no-actions', text }), found: [text] };
  }
  const left = reconciliation.residual.reduce((sum, { actions }) => sum + actions, 0);
  if (left <= most) {
    const joined = all([whole, joinable(reconciliation, asOf)]);
    return { answer: joined, found: foundOf(joined) };
  }
  const worst = reconciliation.residual.toSorted((a, b) => b.actions - a.actions)[0];
  const text =
    `${plural(left, 'action')} without an explanation, most of them on ${worst?.day} in ` +
    `${worst?.workload}`;
  return { answer: no(asOf, { code: 'residual', text }), found: [text] };
}

/**
 * If the sign-in of an action could not be searched for, the action is neither accounted nor
 * residual.
 */
function joinable({ unknown: counts }: Reconciliation, asOf: Watermark): Answer {
  const actions = UNSOUGHT.reduce((sum, cause) => sum + (counts[cause] ?? 0), 0);
  if (actions === 0) return yes(asOf);
  const what = `the sign-in of ${plural(actions, 'action')} could not be searched for`;
  const text = `${what}: the log that would hold it was not collected there`;
  return unknown(asOf, { code: 'sign-ins-not-collected', text }, [COVERED]);
}

const UNSOUGHT = [
  ...(['no-sign-in-source', 'coverage-hole', 'coverage-unknown', 'not-settled'] as const),
];

function blindFound({ rules, asOf }: GateInput, most: number): ConditionResult {
  if (rules === undefined || rules.length === 0) {
    return { answer: unknown(asOf, NO_RULES), found: [NO_RULES.text] };
  }
  const blind = rules.filter(({ state }) => state === 'blind' || state === 'failed');
  if (blind.length > most) {
    const text = blindText(blind);
    return { answer: no(asOf, { code: 'rules-blind', text }), found: [text] };
  }
  const partial = rules.filter(({ state }) => state === 'partial');
  const incomplete = rules.find((rule) => typeof rule.incomplete === 'string')?.incomplete;
  const because: Reason[] = [
    ...(partial.length === 0 ? [] : [{ code: 'rules-partial', text: blindText(partial) }]),
    ...(incomplete ? [{ code: 'input-incomplete', text: incomplete }] : []),
  ];
  if (because.length === 0) return { answer: yes(asOf), found: [] };
  const answer = unknown(asOf, because, [COVERED]);
  return { answer, found: because.map(({ text }) => text) };
}

const NO_RULES: Reason = { code: 'no-rules', text: 'no rule states whether it can see' };

function blindText(blind: readonly RuleHealth[]): string {
  const [first] = blind;
  const words = { failed: 'failed', blind: 'cannot see', partial: 'see only a part', live: '' };
  const counts = (['failed', 'blind', 'partial'] as const).flatMap((state) => {
    const count = blind.filter((rule) => rule.state === state).length;
    return count === 0 ? [] : [`${plural(count, 'rule')} ${words[state]}`];
  });
  return `${counts.join(', ')}, such as ${first?.rule}: ${first?.because}`;
}

function findingsFound(input: GateInput, from: GateSeverity, whole: Answer): ConditionResult {
  const least = GATE_SEVERITIES.indexOf(from) + 2;
  const open = input.findings.filter((finding) => {
    const { draft } = finding;
    return (
      draft.severity >= least &&
      draft.lastMs >= input.fromMs &&
      draft.firstMs < input.toMs &&
      statusOf(finding, input.nowMs) < SUPPRESSED
    );
  });
  if (open.length === 0) {
    const seen = all([whole, sighted(input, least)]);
    return { answer: seen, found: foundOf(seen) };
  }
  const { asOf } = input;
  const evidence = open.map(({ index }) => ({ origin: asOf.origin, index }));
  const [first] = open;
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
  const text = `${first?.draft.title}${more}`;
  const answer = no(asOf, { code: 'findings-open', text }, evidence.slice(0, EVIDENCE_MAX));
  return { answer, found: [text] };
}

/**
 * "No finding" from a blind rule proves nothing. The gate allows `blind` such rules, and ignores
 * rules that cannot reach its severity.
 */
function sighted({ rules = [], file, asOf }: GateInput, least: number): Answer {
  const able = rules.filter(({ severityMax = least }) => severityMax >= least);
  if (able.length === 0) return unknown(asOf, NO_RULES);
  const blind = able.filter(({ state }) => state !== 'live');
  if (blind.length <= (file.require.blind ?? 0)) return yes(asOf);
  return unknown(asOf, { code: 'rules-blind', text: blindText(blind) }, [COVERED]);
}

/** Whether the records of the window are complete, so that no finding means no attack. */
function wholeness(input: GateInput): Answer {
  const { coverage, fromMs, toMs, asOf } = input;
  const because: Reason[] = [];
  if (coverage.length === 0) {
    because.push({ code: 'coverage-unknown', text: 'no entry states which times were collected' });
  }
  for (const fact of coverage) {
    if ((RANKS[fact.state] ?? 0) > 0) continue;
    because.push({ code: `coverage-${fact.state}`, text: `${fact.source}: ${fact.because}` });
  }
  const streams = Map.groupBy(coverage, ({ tenant, source, workload }) =>
    [tenant, source, workload].join('\n'),
  );
  for (const facts of streams.values()) {
    if (isTiled(facts, fromMs, toMs)) continue;
    const text = `${facts[0]?.source} was not collected over the whole window`;
    because.push({ code: 'coverage-gap', text });
  }
  return because.length === 0 ? yes(asOf, refs(asOf, coverage)) : unknown(asOf, because, [COVERED]);
}

function isTiled(facts: readonly CoverageRow[], fromMs: number, toMs: number): boolean {
  let reached = fromMs;
  for (const fact of facts.toSorted((a, b) => startOf(a) - startOf(b))) {
    if (startOf(fact) > reached) break;
    reached = Math.max(reached, fact.toMs ?? Number.POSITIVE_INFINITY);
  }
  return reached >= toMs;
}

function startOf(fact: CoverageRow): number {
  return fact.fromMs ?? Number.NEGATIVE_INFINITY;
}

function refs({ origin }: Watermark, facts: readonly CoverageRow[]): EvidenceRef[] {
  const indices = new Set(facts.flatMap(({ index, entries = [index] }) => entries));
  return [...indices].slice(0, EVIDENCE_MAX).map((index) => ({ origin, index }));
}

function foundOf(answer: Answer): string[] {
  return answer.kind === 'unknown' ? answer.because.slice(0, 1).map(({ text }) => text) : [];
}

function resumeOf({ condition, requires, answer, found }: Condition): string[] {
  if (answer.kind === 'yes') return [];
  const what = answer.kind === 'no' ? 'does not hold' : 'is unknown';
  const why = found.length === 0 ? '' : `: ${found[0]}`;
  return [`${condition}: ${requires}; it ${what}${why}`];
}

function ofTenant(tenant: string | undefined): string {
  return tenant === undefined ? '' : ` of tenant ${tenant}`;
}

function atMost(count: number, what: string): string {
  return count === 0 ? `no ${what}` : `at most ${plural(count, what)}`;
}

function share(part: number): string {
  return `${Number((part * 100).toFixed(2))} %`;
}
