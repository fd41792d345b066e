/** The result of one step of the test command. `todo` of node:test counts as skipped. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The last line of the test command. */
export function closingLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/**
 * Parses the counts reporter's output. A run has failed if it wrote nothing, ran no test, or exited
 * with an error after all tests passed. Silence is never success.
 */
export function countsOf(report: string, exitCode: number): Counts {
  const last = report.trim().split('\n').at(-1) ?? '';
  if (last === '') return { passed: 0, failed: 1, skipped: 0 };
  const counts = JSON.parse(last) as Counts;
  const ran = counts.passed + counts.failed + counts.skipped;
  const isSilentFailure = ran === 0 || (exitCode !== 0 && counts.failed === 0);
  return isSilentFailure ? { ...counts, failed: counts.failed + 1 } : counts;
}
