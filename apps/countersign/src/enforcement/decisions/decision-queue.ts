import {
  type DecidedEntry,
  type DecideOptions,
  type Decision,
  type DecisionPoint,
  type DecisionRequest,
  PolicyError,
} from '@countersign/policy';
import { EVALUATIONS_AT_ONCE } from '../authzen/limits.ts';
import type { Caller } from '../callers/caller.ts';
import type { FairQueue } from '../callers/fair-queue.ts';
import { EndpointError } from '../http/endpoint-error.ts';
import type { DecisionDurations, DecisionOutcome } from './decision-durations.ts';

/** Evaluates decisions in fair turns between callers. */
export class DecisionQueue {
  readonly #point: DecisionPoint;
  readonly #turns: FairQueue;
  readonly #durations: DecisionDurations | undefined;

  /** Without `durations`, nothing is measured. */
  constructor(point: DecisionPoint, turns: FairQueue, durations?: DecisionDurations) {
    this.#point = point;
    this.#turns = turns;
    this.#durations = durations;
  }

  get point(): DecisionPoint {
    return this.#point;
  }

  /**
   * Decides all requests in order. Resolves when every decision is durable, because none may be
   * given before.
   * @throws EndpointError TOO_SOON, UNAVAILABLE
   */
  async decide(
    caller: Pick<Caller, 'name'>,
    requests: readonly DecisionRequest[],
    options: DecideOptions,
  ): Promise<readonly DecidedEntry[]> {
    const startedMs = this.#durations?.nowMs ?? 0;
    try {
      const decided = await this.#decide(caller, requests, options);
      for (const { decision } of decided) {
        this.#durations?.add(decision.enforcementPoint, outcomeOf(decision), startedMs);
      }
      return decided;
    } catch (error) {
      for (const { enforcementPoint } of requests) {
        this.#durations?.add(enforcementPoint, 'failed', startedMs);
      }
      throw error;
    }
  }

  async #decide(
    caller: Pick<Caller, 'name'>,
    requests: readonly DecisionRequest[],
    options: DecideOptions,
  ): Promise<readonly DecidedEntry[]> {
    const parts: Promise<readonly DecidedEntry[]>[] = [];
    await this.inTurns(caller, requests.length, (from, to) => {
      const part = this.#point.decideAll(requests.slice(from, to), options);
      // Awaited below, once all parts are in progress.
      part.catch(() => undefined);
      parts.push(part);
      return 'on';
    });
    try {
      return (await Promise.all(parts)).flat();
    } catch (error) {
      throw unaccounted(error);
    }
  }

  /**
   * Processes items `[from, to)` of `count`, as many as fit into a turn. `stop`: the rest is not
   * needed.
   * @throws EndpointError TOO_SOON
   */
  async inTurns(
    { name }: Pick<Caller, 'name'>,
    count: number,
    piece: (from: number, to: number) => 'on' | 'stop',
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let at = 0;
    const taken = this.#turns.offer(name, () => {
      try {
        const to = Math.min(at + EVALUATIONS_AT_ONCE, count);
        const next = piece(at, to);
        at = to;
        if (next === 'on' && at < count) return 'more';
        resolve();
      } catch (error) {
        reject(error);
      }
      return 'done';
    });
    if (taken === 'full') throw tooSoon(name);
    await promise;
  }
}

/** An input that is unknown and a policy that fails leave the same question open. */
function outcomeOf({ effect, cause }: Decision): DecisionOutcome {
  if (effect === 'permit') return 'permit';
  return cause === 'unknown' || cause === 'error' ? 'unknown' : 'deny';
}

function tooSoon(caller: string): EndpointError {
  const what = `too many requests of ${caller} are waiting: try again in a second`;
  return new EndpointError('TOO_SOON', what);
}

function unaccounted(error: unknown): unknown {
  if (!(error instanceof PolicyError) || error.code !== 'NOT_ACCOUNTED') return error;
  return new EndpointError('UNAVAILABLE', error.message, { cause: error });
}
