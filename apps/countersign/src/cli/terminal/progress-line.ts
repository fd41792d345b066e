import { type Clock, numberText, plural } from '@countersign/core';
import { PROGRESS_LINE_MS, PROGRESS_REDRAW_MS } from '../process/limits.ts';
import { sanitize } from './sanitize.ts';
import { cutEnd } from './text-width.ts';

/**
 * The state of a long job. `bytesTotal` undefined (a pipe): no percentage and no remaining time.
 */
export type ProgressState = {
  /** What is being done, as a participle: `importing`, `checking`. */
  readonly task: string;
  readonly records: number;
  /** What `records` counts, in singular, if not records. It has no rate. */
  readonly unit?: string;
  readonly recordsTotal?: number | undefined;
  readonly bytes?: number | undefined;
  readonly bytesTotal?: number | undefined;
  /** The current object: a file's name. */
  readonly on?: string | undefined;
};

type Sink = { write(text: string): unknown };

/**
 * A progress line on standard error, redrawn on a terminal; elsewhere one line per ten seconds.
 * Updates drive it: it has no timer, so it never keeps the process alive.
 */
export class ProgressLine {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #columns: number | undefined;
  readonly #startMs: number;
  #drawnMs: number;
  #isOnScreen = false;

  /** `columns` undefined: standard error is not a terminal. */
  constructor(options: { sink: Sink; clock: Clock; columns: number | undefined }) {
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#columns = options.columns;
    this.#startMs = options.clock.monotonic();
    this.#drawnMs = options.columns === undefined ? this.#startMs : Number.NEGATIVE_INFINITY;
  }

  update(state: ProgressState): void {
    const now = this.#clock.monotonic();
    const every = this.#columns === undefined ? PROGRESS_LINE_MS : PROGRESS_REDRAW_MS;
    if (now - this.#drawnMs < every) return;
    this.#drawnMs = now;
    const text = sanitize(progressText(state, now - this.#startMs));
    if (this.#columns === undefined) {
      this.#sink.write(`${text}\n`);
    } else {
      this.#sink.write(`\r${cutEnd(text, this.#columns - 1)}\x1b[K`);
      this.#isOnScreen = true;
    }
  }

  /** Removes the line from the screen. MUST be called before anything else is written. */
  clear(): void {
    if (!this.#isOnScreen) return;
    this.#sink.write('\r\x1b[K');
    this.#isOnScreen = false;
  }
}

export function progressText(state: ProgressState, elapsedMs: number): string {
  const parts = [state.task];
  const { bytes, bytesTotal, recordsTotal } = state;
  const share = bytesTotal
    ? shareOf(bytes ?? 0, bytesTotal)
    : recordsTotal
      ? shareOf(state.records, recordsTotal)
      : undefined;
  if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`);
  parts.push(plural(state.records, state.unit ?? 'record'));
  if (bytes !== undefined) {
    parts.push(bytesTotal ? `${bytesText(bytes)} of ${bytesText(bytesTotal)}` : bytesText(bytes));
  }
  if (elapsedMs >= 500 && state.unit === undefined)
    parts.push(`${numberText(Math.round((state.records * 1000) / elapsedMs))}/s`);
  if (share !== undefined && share > 0.01 && elapsedMs >= 2000) {
    parts.push(`${durationText((elapsedMs * (1 - share)) / share)} left`);
  }
  if (state.on !== undefined) parts.push(state.on);
  return parts.join('  ');
}

function shareOf(done: number, total: number): number {
  return Math.min(1, done / total);
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
