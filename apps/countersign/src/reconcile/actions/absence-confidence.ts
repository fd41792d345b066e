import { JOINED_SHARE_MIN, SIGN_INS_AROUND_MIN } from '../limits.ts';
import type { Cause } from './action-verdict.ts';
import type { Absence } from './log-coverage.ts';
import type { ExpectedSignIn, SignInCoverage } from './sign-in-coverage.ts';

/**
 * Actions of one tenant, day and flow with a token or session id, by whether a sign-in was matched.
 */
export type JoinCounts = { readonly tied: number; readonly untied: number };

/** Turns "no sign-in" into a verdict, depending on coverage. */
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

  /** Whether the surrounding actions affect the verdict. */
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

/** Most actions with a token have their sign-in, so one without stands out. */
function standsOut({ tied, untied }: JoinCounts): boolean {
  return tied >= SIGN_INS_AROUND_MIN && tied >= (tied + untied) * JOINED_SHARE_MIN;
}
