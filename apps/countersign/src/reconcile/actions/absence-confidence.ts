import { JOINED_SHARE_MIN, SIGN_INS_AROUND_MIN } from '../limits.ts';
import type { Cause } from './action-verdict.ts';
import type { Absence } from './log-coverage.ts';
import type { ExpectedSignIn, SignInCoverage } from './sign-in-coverage.ts';

/** How the actions of one tenant, day and flow that name a token or session were tied. */
export type JoinCounts = { readonly tied: number; readonly untied: number };

/** Turns "no sign-in" into what that is worth. */
export class AbsenceConfidence {
  readonly #coverage: SignInCoverage;
  readonly #around: (expected: ExpectedSignIn) => JoinCounts | undefined;

  constructor(
    coverage: SignInCoverage,
    around: (expected: ExpectedSignIn) => JoinCounts | undefined = () => undefined,
  ) {
    this.#coverage = coverage;
    this.#around = around;
  }

  /** Whether the actions around it have a say. */
  needsAround(final: string, expected: ExpectedSignIn): boolean {
    return final === 'no-sign-in' && this.#coverage.absence(expected).cause === 'coverage-unknown';
  }

  weighed(final: string, expected: ExpectedSignIn): Absence {
    if (final !== 'no-sign-in') return { cause: final as Cause, bound: null };
    const absence = this.#coverage.absence(expected);
    if (absence.cause !== 'coverage-unknown') return absence;
    const around = this.#around(expected);
    return around !== undefined && standsOut(around)
      ? { cause: 'no-sign-in-imported', bound: null }
      : absence;
  }
}

/** There are sign-ins, and nearly all that name a token have theirs: then one without is told. */
function standsOut({ tied, untied }: JoinCounts): boolean {
  return tied >= SIGN_INS_AROUND_MIN && tied >= (tied + untied) * JOINED_SHARE_MIN;
}
