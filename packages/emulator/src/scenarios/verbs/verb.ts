import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { StepArguments } from '../steps/step-arguments.ts';

/** One thing that a scenario can do. It moves the stage's clock to when it is done. */
export type Verb = (stage: ScenarioContext, args: StepArguments) => void;

/** `count` moments within `[fromMs, fromMs + overMs)`, in order, as chance has it. */
export function momentsIn(stage: ScenarioContext, count: number, overMs: number): number[] {
  const moments = Array.from(
    { length: count },
    () => stage.nowMs + Math.floor(stage.random.float() * overMs),
  );
  return moments.sort((a, b) => a - b);
}
