import type { CoverageRow, ErasureRow } from '../../store/rows/entry-rows.ts';
import {
  type Absence,
  ANY,
  absenceRank,
  assessAbsence,
  isErased,
  isOfTenant,
} from './log-coverage.ts';

/** The actor: a person, an application as itself, or the suite's own service. */
export type Flow = 'person' | 'app' | 'vendor';

export type ExpectedSignIn = {
  readonly tenant: string;
  /** Source of the action's record. */
  readonly source: string;
  readonly flow: Flow;
  /** Time of the action, to the hour. */
  readonly hourMs: number;
  /** When its token was issued: `[fromMs, toMs]`. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** Stored sign-ins of one kind with a token id. */
export type SeenKind = {
  readonly tenant: string;
  readonly kind: string;
  readonly firstMs: number;
  readonly lastMs: number;
};

/** The kinds of sign-ins that may belong to an action, by actor. */
const KINDS: Readonly<Record<Flow, readonly string[]>> = {
  person: ['interactiveUser', 'nonInteractiveUser'],
  app: ['servicePrincipal', 'managedIdentity'],
  vendor: ['servicePrincipal'],
};

/** Logs with only one kind. The audit log's logons name no token, so it is not one of them. */
const LOG_OF_KIND: Readonly<Record<string, RegExp>> = {
  interactiveUser: /^(azure-monitor|log-analytics)\/SignInLogs$/i,
  nonInteractiveUser: /^(azure-monitor|log-analytics)\/(AAD)?NonInteractiveUserSignInLogs$/i,
  servicePrincipal: /^(azure-monitor|log-analytics)\/(AAD)?ServicePrincipalSignInLogs$/i,
  managedIdentity: /^(azure-monitor|log-analytics)\/(AAD)?ManagedIdentitySignInLogs$/i,
};

/** Logs with the requested kinds. The received records show which these are. */
const MIXED_LOG = /^graph\/signIns$|^entra\.portal\//i;

/** The completeness of the sign-in logs, by tenant. */
export class SignInCoverage {
  readonly #facts: readonly CoverageRow[];
  readonly #erasures: readonly ErasureRow[];
  readonly #seen: readonly SeenKind[];

  constructor(of: {
    readonly facts: readonly CoverageRow[];
    readonly erasures: readonly ErasureRow[];
    readonly seen: readonly SeenKind[];
  }) {
    this.#facts = of.facts.filter(({ subject }) => subject === null);
    this.#erasures = of.erasures;
    this.#seen = of.seen;
  }

  /** The worst of the logs that may contain the sign-in decides. */
  absence(expected: ExpectedSignIn): Absence {
    if (isErased(this.#erasures, expected)) return { cause: 'erased', bound: null };
    const kinds = KINDS[expected.flow].map((kind) => this.#ofKind(kind, expected));
    const worst = kinds.reduce((a, b) => (absenceRank(b) > absenceRank(a) ? b : a));
    const bounds = kinds.map(({ bound }) => bound ?? 1);
    const bound = kinds.every(isSettled) ? Math.max(...bounds) : null;
    if (worst.cause !== 'no-sign-in' || this.#isActionCorroborated(expected)) {
      return { cause: worst.cause, bound };
    }
    return { cause: 'no-sign-in-delivered', bound };
  }

  /** The best source of a log decides, unless records may still come. */
  #ofKind(kind: string, { tenant, fromMs, toMs }: ExpectedSignIn): Absence {
    const seen = this.#seen.find((each) => each.tenant === tenant && each.kind === kind);
    const own = this.#facts.filter(
      (fact) =>
        (fact.tenant === tenant || fact.tenant === ANY) &&
        (LOG_OF_KIND[kind]?.test(fact.source) === true ||
          (MIXED_LOG.test(fact.source) && seen !== undefined)),
    );
    return assessAbsence(own, this.#facts, { tenant, fromMs, toMs, seenMs: seen?.firstMs });
  }

  /** "No sign-in" is a statement about the action, so its own log must be just as complete. */
  #isActionCorroborated({ tenant, source, hourMs }: ExpectedSignIn): boolean {
    return this.#facts.some(
      (fact) =>
        fact.source === source &&
        fact.state === 'corroborated' &&
        isOfTenant(fact, tenant) &&
        (fact.fromMs ?? -Infinity) <= hourMs &&
        (fact.toMs ?? Infinity) > hourMs,
    );
  }
}

function isSettled({ cause }: Absence): boolean {
  return cause === 'no-sign-in' || cause === 'no-sign-in-delivered';
}
