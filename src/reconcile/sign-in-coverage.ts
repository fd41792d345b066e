import type { CoverageFact } from '../books/index.ts';
import { BOUND_TIGHT, TOKEN_LIFE_MAX_MS } from './limits.ts';
import type { Cause } from './verdict.ts';

/** What the absence of a sign-in is worth at a moment. */
export type Absence = {
  readonly cause: Cause;
  /** Upper bound on uniform loss of the log that is worst; null where nothing bounds it. */
  readonly bound: number | null;
};

const SIGN_INS = /signins?(?:logs)?$|stslogon|azureactivedirectory|sign-ins/i;
const ANY = '*';

/** What is known of the completeness of the logs of sign-ins, by tenant. */
export class SignInCoverage {
  readonly #facts: readonly CoverageFact[];

  constructor(facts: readonly CoverageFact[]) {
    this.#facts = facts.filter(
      ({ source, workload, subject }) =>
        subject === null &&
        (source === ANY || SIGN_INS.test(workload === null ? source : `${source}/${workload}`)),
    );
  }

  /** A sign-in that is not there for an action of `atMs`: looked for as far back as tokens live. */
  absence(tenant: string, atMs: number): Absence {
    const own = this.#facts.filter((fact) => fact.tenant === tenant || fact.tenant === ANY);
    if (own.length === 0) return { cause: 'no-sign-in-source', bound: null };
    const fromMs = atMs - TOKEN_LIFE_MAX_MS;
    const within = own.filter(
      (fact) => (fact.fromMs ?? -Infinity) <= atMs && (fact.toMs ?? Infinity) > fromMs,
    );
    const states = new Set(within.map(({ state }) => state));
    if (states.has('late')) return { cause: 'not-settled', bound: null };
    if (states.has('lost') || states.has('off')) return { cause: 'coverage-hole', bound: null };
    if (states.has('unknown')) return { cause: 'coverage-unknown', bound: null };
    const starts = Math.min(...own.map((fact) => fact.fromMs ?? -Infinity));
    if (starts > fromMs) return { cause: 'older-than-source', bound: null };
    if (!isTiled(within, fromMs, atMs)) return { cause: 'coverage-hole', bound: null };
    const bounds = within.map(({ bound }) => bound ?? 1);
    const bound = bounds.length === 0 ? null : Math.max(...bounds);
    const isWhole = within.every(({ state }) => state === 'corroborated');
    return { cause: isWhole ? 'no-sign-in' : 'no-sign-in-delivered', bound };
  }
}

/** 4: what is left to chance is small; 3: a lost sign-in would explain it. */
export function severityOf({ cause, bound }: Absence): 3 | 4 {
  return cause === 'no-sign-in' || (bound !== null && bound <= BOUND_TIGHT) ? 4 : 3;
}

/** Each source by itself covers `[fromMs, atMs]`. */
function isTiled(facts: readonly CoverageFact[], fromMs: number, atMs: number): boolean {
  const bySource = Map.groupBy(facts, ({ source, workload }) => `${source}\n${workload}`);
  if (bySource.size === 0) return false;
  return [...bySource.values()].every((own) => {
    let reached = fromMs;
    const ordered = own.toSorted((a, b) => (a.fromMs ?? -Infinity) - (b.fromMs ?? -Infinity));
    for (const fact of ordered) {
      if ((fact.fromMs ?? -Infinity) > reached) return false;
      reached = Math.max(reached, fact.toMs ?? Infinity);
    }
    return reached > atMs;
  });
}
