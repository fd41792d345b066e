import type { CoverageRow, ErasureRow } from '../../store/rows/entry-rows.ts';
import { type Absence, ANY, isErased, isOf, logWorth, rank } from './log-coverage.ts';

/** Who acted: a person, an application as itself, or the suite's own service. */
export type Flow = 'person' | 'app' | 'vendor';

export type ExpectedSignIn = {
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

/** What is known of the completeness of the logs of sign-ins, by tenant. */
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

  /** The worst of the logs that the sign-in may stand in decides. */
  absence(expected: ExpectedSignIn): Absence {
    if (isErased(this.#erasures, expected)) return { cause: 'erased', bound: null };
    const kinds = KINDS[expected.flow].map((kind) => this.#ofKind(kind, expected));
    const worst = kinds.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    const bounds = kinds.map(({ bound }) => bound ?? 1);
    const bound = kinds.every(isSettled) ? Math.max(...bounds) : null;
    if (worst.cause !== 'no-sign-in' || this.#isActionCorroborated(expected)) {
      return { cause: worst.cause, bound };
    }
    return { cause: 'no-sign-in-delivered', bound };
  }

  /** Of several sources of one log the best decides, but for what may still come. */
  #ofKind(kind: string, { tenant, fromMs, toMs }: ExpectedSignIn): Absence {
    const seen = this.#seen.find((each) => each.tenant === tenant && each.kind === kind);
    const own = this.#facts.filter(
      (fact) =>
        (fact.tenant === tenant || fact.tenant === ANY) &&
        (LOG_OF_KIND[kind]?.test(fact.source) === true ||
          (MIXED_LOG.test(fact.source) && seen !== undefined)),
    );
    return logWorth(own, this.#facts, { tenant, fromMs, toMs, seenMs: seen?.firstMs });
  }

  /** "No sign-in" is said of the action: its own log has to be as good as the other. */
  #isActionCorroborated({ tenant, source, hourMs }: ExpectedSignIn): boolean {
    return this.#facts.some(
      (fact) =>
        fact.source === source &&
        fact.state === 'corroborated' &&
        isOf(fact, tenant) &&
        (fact.fromMs ?? -Infinity) <= hourMs &&
        (fact.toMs ?? Infinity) > hourMs,
    );
  }
}

function isSettled({ cause }: Absence): boolean {
  return cause === 'no-sign-in' || cause === 'no-sign-in-delivered';
}
