import { messageOf } from '@countersign/core';

/** One line of `doctor`. The answer is to "is this as it should be?". */
export type Check = {
  /** `machine`, `configuration`, `ledger`, `service`, or the name of a tenant. */
  readonly area: string;
  readonly what: string;
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly text: string;
  /** What to do; null if nothing. */
  readonly cure: string | null;
};

/** Builds the lines of one area. */
export class CheckList {
  readonly #area: string;
  readonly checks: Check[] = [];

  constructor(area: string) {
    this.#area = area;
  }

  yes(what: string, text: string): void {
    this.checks.push({ area: this.#area, what, answer: 'yes', text, cure: null });
  }

  no(what: string, text: string, cure: string): void {
    this.checks.push({ area: this.#area, what, answer: 'no', text, cure });
  }

  unknown(what: string, text: string, cure: string): void {
    this.checks.push({ area: this.#area, what, answer: 'unknown', text, cure });
  }

  /** Runs a check whose failure is a `no` with the error's own text. */
  async attempt(what: string, cure: string, check: () => Promise<string>): Promise<boolean> {
    try {
      this.yes(what, await check());
      return true;
    } catch (error) {
      this.no(what, messageOf(error), cure);
      return false;
    }
  }
}
