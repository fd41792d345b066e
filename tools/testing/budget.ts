/** The time of one step of the test command. */
export type StepTime = { readonly step: string; readonly seconds: number };

/** Seconds of each step, on two idle cores. */
export type Budget = Readonly<Record<string, number>>;

/**
 * The time of each step beside its budget. Machines differ, so a step over its budget is shown and
 * never fails.
 */
export function budgetLines(times: readonly StepTime[], budget: Budget): string[] {
  const budgetOf = (step: string): number | undefined => budget[step];
  const total = {
    step: 'total',
    seconds: times.reduce((sum, { seconds }) => sum + seconds, 0),
    budget: times.reduce<number | undefined>((sum, { step }) => {
      const part = budgetOf(step);
      return sum === undefined || part === undefined ? undefined : sum + part;
    }, 0),
  };
  const rows = [...times.map((time) => ({ ...time, budget: budgetOf(time.step) })), total];
  const width = Math.max(...rows.map(({ step }) => step.length));
  return rows.map(({ step, seconds, budget: of }) => {
    const beside =
      of === undefined ? 'no budget' : `of ${of} s${seconds > of ? ', over its budget' : ''}`;
    return `${step.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s ${beside}`;
  });
}
