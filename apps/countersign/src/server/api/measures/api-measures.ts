import type { Answer, Clock } from '@countersign/core';
import type { Metric } from '../../runtime/prometheus-format.ts';
import { histogramSamples } from '../../runtime/prometheus-format.ts';

/** Upper bounds in seconds. The target for 95 of 100 pages is 150 ms, so most lie around it. */
const DURATION_BOUNDS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Requests that belong to no operation, page or sign-in: anyone can send any path. */
export const NO_OPERATION = 'other';

type Tally = { readonly operation: string; readonly code: string; counts: number[]; sum: number };
type AnswerTally = { readonly question: string; readonly kind: Answer['kind']; count: number };

/**
 * Counts requests of the HTTP interface and answers to questions.
 *
 * Labels are names of operations and classes of statuses, so the number of series is limited.
 */
export class ApiMeasures {
  readonly #stopwatch: Pick<Clock, 'monotonic'>;
  readonly #requests = new Map<string, Tally>();
  readonly #answers = new Map<string, AnswerTally>();

  constructor(stopwatch: Pick<Clock, 'monotonic'>) {
    this.#stopwatch = stopwatch;
  }

  /** The start of a measurement. */
  get nowMs(): number {
    return this.#stopwatch.monotonic();
  }

  requestEnded(operation: string, status: number, startedMs: number): void {
    const code = `${Math.floor(status / 100)}xx`;
    const key = `${operation} ${code}`;
    let tally = this.#requests.get(key);
    if (tally === undefined) {
      const counts = DURATION_BOUNDS_SECONDS.map(() => 0).concat(0);
      tally = { operation, code, counts, sum: 0 };
      this.#requests.set(key, tally);
    }
    const seconds = Math.max(0, this.nowMs - startedMs) / 1000;
    const at = DURATION_BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? DURATION_BOUNDS_SECONDS.length : at;
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sum += seconds;
  }

  answered(question: string, kind: Answer['kind']): void {
    const key = `${question} ${kind}`;
    const tally = this.#answers.get(key) ?? { question, kind, count: 0 };
    this.#answers.set(key, tally);
    tally.count++;
  }

  metrics(): Metric[] {
    return [
      {
        name: 'countersign_http_request_duration_seconds',
        help: 'From a request to the head of its response, by operation and class of status',
        type: 'histogram',
        samples: [...this.#requests.values()].flatMap(({ operation, code, counts, sum }) =>
          histogramSamples(DURATION_BOUNDS_SECONDS, { labels: { operation, code }, counts, sum }),
        ),
      },
      {
        name: 'countersign_answers_total',
        help: 'Answers of the HTTP interface, by question and kind',
        type: 'counter',
        samples: [...this.#answers.values()].map(({ question, kind, count }) => {
          return { labels: { question, kind }, value: count };
        }),
      },
    ];
  }
}
