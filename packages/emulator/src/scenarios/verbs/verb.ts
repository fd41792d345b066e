import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { StepArguments } from '../steps/step-arguments.ts';

/** One verb of a scenario. It moves the scenario's clock to its end. */
export type Verb = (context: ScenarioContext, args: StepArguments) => void;

/** `count` random times within `[fromMs, fromMs + overMs)`, in order. */
export function momentsIn(context: ScenarioContext, count: number, overMs: number): number[] {
  const moments = Array.from(
    { length: count },
    () => context.nowMs + Math.floor(context.random.float() * overMs),
  );
  return moments.sort((a, b) => a - b);
}
