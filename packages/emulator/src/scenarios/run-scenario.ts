import type { Actor, Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { Population } from '../population/population.ts';
import { ServiceRules } from '../records/service-rules.ts';
import { ScenarioError } from './errors.ts';
import type { Scenario, ScenarioParameters } from './steps/scenario.ts';
import {
  type ClosedFoothold,
  type Foothold,
  type Intruder,
  ScenarioContext,
} from './steps/scenario-context.ts';
import { drawsWith, drawVariable } from './steps/scenario-variables.ts';
import { StepArguments } from './steps/step-arguments.ts';
import { VERBS } from './verbs/index.ts';

/** An attacker's first sign-in precedes its first act, but not the start. */
const HEAD_START_MS = 60_000;

/** A scenario's result: all occurrences, and the remaining footholds. */
export type ScenarioRun = Actor & {
  readonly footholds: readonly Foothold[];
  /** Footholds that were closed. */
  readonly closed: readonly ClosedFoothold[];
  readonly intruders: readonly Intruder[];
  /** The time of the last occurrence. */
  readonly endMs: number;
  /** In time order. */
  readonly all: readonly Occurrence[];
};

/**
 * Runs a scenario beside the activity of its tenants. Actors, times, addresses, sizes and order are
 * drawn from the seed; the same seed gives the same run.
 *
 * @param options.populations one for each of the scenario's tenants, in its order
 * @throws {ScenarioError} `wrong`, with the step or parameter and what to write instead
 */
export function runScenario(
  scenario: Scenario,
  options: {
    readonly populations: readonly Population[];
    readonly seed: string | number;
    readonly fromMs: number;
    /** Fixed values in place of random ones. */
    readonly parameters?: ScenarioParameters;
  },
): ScenarioRun {
  const { populations, seed, fromMs } = options;
  if (populations.length !== scenario.tenants.length) {
    const wanted = `${scenario.name} is played in ${scenario.tenants.join(' and ')}`;
    throw new ScenarioError('wrong', `${wanted}, not in ${populations.length}.`);
  }
  const roles = new Map(scenario.tenants.map((role, at) => [role, populations[at] as Population]));
  const random = new SeededRandom(seed, 'scenario', scenario.name);
  const context = new ScenarioContext(scenario.name, random, roles, fromMs + HEAD_START_MS);
  const draws = drawsWith(scenario, options.parameters ?? {});
  for (const [name, spec] of Object.entries(draws)) drawVariable(context, name, spec);
  for (const [index, step] of scenario.steps.entries()) play(context, scenario, index, step);
  const rules = new ServiceRules();
  const all = context.occurrences
    .sort((a, b) => a.atMs - b.atMs)
    .map((happening) => rules.apply(happening));
  return {
    all,
    footholds: context.footholds,
    closed: context.closed,
    intruders: [...context.intruders.values()],
    endMs: Math.max(context.nowMs, all.at(-1)?.atMs ?? fromMs),
    *happenings(from, to) {
      for (let at = firstFrom(all, from); at < all.length; at++) {
        const happening = all[at] as Occurrence;
        if (happening.atMs >= to) return;
        yield happening;
      }
    },
  };
}

function play(
  context: ScenarioContext,
  scenario: Scenario,
  index: number,
  step: Scenario['steps'][number],
): void {
  const where = `${scenario.name}: step ${index + 1} (${step.verb})`;
  const verb = VERBS[step.verb];
  if (verb === undefined) {
    const known = Object.keys(VERBS).join(', ');
    throw new ScenarioError('wrong', `${where}: unknown verb. Write one of ${known}.`);
  }
  context.technique = step.technique;
  context.isAttacker = step.isAttacker;
  context.attack = step.attack;
  const args = new StepArguments(context, step.values);
  try {
    verb(context, args);
    args.rejectUnread(step.verb);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}

function firstFrom(all: readonly Occurrence[], fromMs: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((all[middle] as Occurrence).atMs < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
