import type { CoverageFact, ErasureFact } from '../books/index.ts';
import { BOUND_TIGHT, HOUR_MS } from './limits.ts';
import type { Cause } from './verdict.ts';

/** What the absence of a sign-in is worth. */
export type Absence = {
  readonly cause: Cause;
  /** Upper bound on uniform loss of the log that is worst; null where nothing bounds it. */
  readonly bound: number | null;
};

/** Who acted: a person, an application as itself, or the suite's own service. */
export type Flow = 'person' | 'app' | 'vendor';

export type Sought = {
  readonly tenant: string;
  /** Of the record of the action. */
  readonly source: string;
  readonly flow: Flow;
  /** When the action was, to the hour. */
  readonly hourMs: number;
  /** When its token was issued: `[fromMs, toMs]`. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** Sign-ins with a token id that are there, of one kind. */
export type SeenKind = {
  readonly tenant: string;
  readonly kind: string;
  readonly firstMs: number;
  readonly lastMs: number;
};

const ANY = '*';

/** The kinds of sign-ins in whose logs that of an action may stand, by who acted. */
const KINDS: Readonly<Record<Flow, readonly string[]>> = {
  person: ['interactiveUser', 'nonInteractiveUser'],
  app: ['servicePrincipal', 'managedIdentity'],
  vendor: ['servicePrincipal'],
};

/** Logs that hold one kind alone. The audit log's own logons name no token and are none of them. */
const LOG_OF_KIND: Readonly<Record<string, RegExp>> = {
  interactiveUser: /^(azure-monitor|log-analytics)\/SignInLogs$/i,
  nonInteractiveUser: /^(azure-monitor|log-analytics)\/(AAD)?NonInteractiveUserSignInLogs$/i,
  servicePrincipal: /^(azure-monitor|log-analytics)\/(AAD)?ServicePrincipalSignInLogs$/i,
  managedIdentity: /^(azure-monitor|log-analytics)\/(AAD)?ManagedIdentitySignInLogs$/i,
};

/** These hold the kinds that they were asked for: which, is known by what came. */
const MIXED_LOG = /^graph\/signIns$|^entra\.portal\//i;

/** From the most that can be said to the least. */
const WORTH: readonly Cause[] = [
  'no-sign-in',
  'no-sign-in-delivered',
  'coverage-unknown',
  'older-than-source',
  'coverage-hole',
  'not-settled',
  'no-sign-in-source',
];

/** What is known of the completeness of the logs of sign-ins, by tenant. */
export class SignInCoverage {
  readonly #facts: readonly CoverageFact[];
  readonly #erasures: readonly ErasureFact[];
  readonly #seen: readonly SeenKind[];

  constructor(of: {
    readonly facts: readonly CoverageFact[];
    readonly erasures: readonly ErasureFact[];
    readonly seen: readonly SeenKind[];
  }) {
    this.#facts = of.facts.filter(({ subject }) => subject === null);
    this.#erasures = of.erasures;
    this.#seen = of.seen;
  }

  /** The worst of the logs that the sign-in may stand in decides. */
  absence(sought: Sought): Absence {
    if (this.#isErased(sought)) return { cause: 'erased', bound: null };
    const kinds = KINDS[sought.flow].map((kind) => this.#ofKind(kind, sought));
    const worst = kinds.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    const bounds = kinds.map(({ bound }) => bound ?? 1);
    const bound = kinds.every(isSettled) ? Math.max(...bounds) : null;
    if (worst.cause !== 'no-sign-in' || this.#isActionCorroborated(sought)) {
      return { cause: worst.cause, bound };
    }
    return { cause: 'no-sign-in-delivered', bound };
  }

  /** Of several sources of one log the best decides, but for what may still come. */
  #ofKind(kind: string, { tenant, fromMs, toMs }: Sought): Absence {
    const seen = this.#seen.find((each) => each.tenant === tenant && each.kind === kind);
    const own = this.#facts.filter(
      (fact) =>
        (fact.tenant === tenant || fact.tenant === ANY) &&
        (LOG_OF_KIND[kind]?.test(fact.source) === true ||
          (MIXED_LOG.test(fact.source) && seen !== undefined)),
    );
    // What is said of all sources, a step of the clock, is no log by itself.
    if (own.length === 0) return { cause: 'no-sign-in-source', bound: null };
    const all = this.#facts.filter(({ source, ...f }) => source === ANY && isOf(f, tenant));
    const besides = all.filter((fact) => isWithin(fact, fromMs, toMs) && !isGood(fact));
    const first = besides[0];
    if (first !== undefined) return { cause: causeOf(first.state), bound: null };
    const sources = [...Map.groupBy(own, ({ source }) => source).values()];
    const found = sources.map((facts) => ofSource(facts, { fromMs, toMs }, seen));
    const late = found.find(({ cause }) => cause === 'not-settled');
    return late ?? found.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  }

  /** "No sign-in" is said of the action: its own log has to be as good as the other. */
  #isActionCorroborated({ tenant, source, hourMs }: Sought): boolean {
    return this.#facts.some(
      (fact) =>
        fact.source === source &&
        fact.state === 'corroborated' &&
        isOf(fact, tenant) &&
        (fact.fromMs ?? -Infinity) <= hourMs &&
        (fact.toMs ?? Infinity) > hourMs,
    );
  }

  #isErased({ tenant, fromMs, toMs }: Sought): boolean {
    return this.#erasures.some(
      (erasure) =>
        (erasure.tenants.length === 0 || erasure.tenants.includes(tenant)) &&
        (erasure.fromMs ?? -Infinity) <= toMs &&
        (erasure.toMs ?? Infinity) >= fromMs,
    );
  }
}

/** 4: what is left to chance is small; 3: a lost sign-in would explain it. */
export function severityOf({ cause, bound }: Absence): 3 | 4 {
  return cause === 'no-sign-in' || (bound !== null && bound <= BOUND_TIGHT) ? 4 : 3;
}

function ofSource(
  facts: readonly CoverageFact[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  seen: SeenKind | undefined,
): Absence {
  const within = facts.filter((fact) => isWithin(fact, fromMs, toMs));
  const bad = within.find((fact) => !isGood(fact) && fact.state !== 'unknown');
  if (bad !== undefined) return { cause: causeOf(bad.state), bound: null };
  // What is asked for is cut to the hour, and so is what it is compared with.
  const starts = facts.map((fact) => hourOf(fact.fromMs ?? -Infinity));
  const isYoung = Math.min(...starts) > fromMs;
  const good = facts.filter(isGood);
  if (isTiled(good, fromMs, toMs)) {
    const used = good.filter((fact) => isWithin(fact, fromMs, toMs));
    const bound = Math.max(...used.map((fact) => fact.bound ?? 1));
    const isWhole = used.every(({ state }) => state === 'corroborated');
    return { cause: isWhole ? 'no-sign-in' : 'no-sign-in-delivered', bound };
  }
  if (isYoung) return { cause: 'older-than-source', bound: null };
  if (!within.some(({ state }) => state === 'unknown')) {
    return { cause: 'coverage-hole', bound: null };
  }
  // Files say from when to when they had records: a kind may begin later than they.
  const isSeen = seen !== undefined && hourOf(seen.firstMs) <= fromMs;
  return { cause: isSeen ? 'coverage-unknown' : 'older-than-source', bound: null };
}

function causeOf(state: CoverageFact['state']): Cause {
  switch (state) {
    case 'late':
      return 'not-settled';
    case 'lost':
    case 'off':
      return 'coverage-hole';
    default:
      return 'coverage-unknown';
  }
}

function isSettled({ cause }: Absence): boolean {
  return cause === 'no-sign-in' || cause === 'no-sign-in-delivered';
}

function isGood({ state }: CoverageFact): boolean {
  return state === 'collected' || state === 'corroborated';
}

function isOf({ tenant }: { readonly tenant: string }, asked: string): boolean {
  return tenant === asked || tenant === ANY;
}

function isWithin(fact: CoverageFact, fromMs: number, toMs: number): boolean {
  return (fact.fromMs ?? -Infinity) <= toMs && (fact.toMs ?? Infinity) > fromMs;
}

function rank({ cause }: Absence): number {
  return WORTH.indexOf(cause);
}

/** The facts of one source cover `[fromMs, toMs]`. */
function isTiled(facts: readonly CoverageFact[], fromMs: number, toMs: number): boolean {
  let reached = fromMs;
  const ordered = facts.toSorted((a, b) => (a.fromMs ?? -Infinity) - (b.fromMs ?? -Infinity));
  for (const fact of ordered) {
    if ((fact.fromMs ?? -Infinity) > reached) break;
    reached = Math.max(reached, fact.toMs ?? Infinity);
  }
  return reached > toMs;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
