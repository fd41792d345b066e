import { CONFIDENCE, DISORDER_MS, EXPIRY_MS, SILENT_CANARIES_MIN } from '../limits.ts';
import { upperLossBound } from '../loss-bound.ts';

/** Canaries that were sent in one time window, and how many of them returned. */
export type CanaryWindow = {
  readonly fromMs: number;
  readonly toMs: number;
  /** When the last canary was sent. */
  readonly lastMs: number;
  readonly sent: number;
  readonly seen: number;
  /** When the window was last evaluated, and the entry that states it. */
  readonly atMs: number;
  readonly index: number;
};

/** An interval in which several canaries in a row did not return. */
export type Silence = {
  readonly fromMs: number;
  /** Null while no later canary has returned. */
  readonly toMs: number | null;
  readonly sent: number;
  readonly entries: readonly number[];
};

/** The canaries of one workload in one feed, in order of sending. */
export class CanaryLog {
  #windows: CanaryWindow[];
  #joinAt: number;

  constructor(windows: readonly CanaryWindow[] = [], joinAt: number = JOIN_WINDOWS_MIN) {
    this.#windows = [...windows];
    this.#joinAt = joinAt;
  }

  get windows(): readonly CanaryWindow[] {
    return this.#windows;
  }

  get joinAt(): number {
    return this.#joinAt;
  }

  /**
   * A new observation of a window replaces the old one. Returns how many more canaries returned.
   */
  add(window: CanaryWindow): number {
    let at = this.#windows.length;
    while (at > 0 && isBefore(window, this.#windows[at - 1] as CanaryWindow)) at--;
    const old = this.#windows[at - 1];
    const isSame = old?.fromMs === window.fromMs && old.toMs === window.toMs;
    if (isSame) this.#windows[at - 1] = window;
    else this.#windows.splice(at, 0, window);
    if (this.#windows.length >= this.#joinAt) this.#join();
    return window.seen - (isSame ? old.seen : 0);
  }

  /** Joins old windows whose canaries all returned. */
  #join(): void {
    const newestMs = Math.max(...this.#windows.map(({ atMs }) => atMs));
    const joined: CanaryWindow[] = [];
    for (const next of this.#windows) {
      const last = joined.at(-1);
      const isOld = next.atMs < newestMs - EXPIRY_MS - DISORDER_MS;
      const isComplete = last !== undefined && last.seen === last.sent && next.seen === next.sent;
      if (!isOld || !isComplete || next.toMs - last.fromMs > JOINED_MS_MAX) joined.push(next);
      else {
        const sum = { sent: last.sent + next.sent, seen: last.seen + next.seen };
        joined[joined.length - 1] = { ...next, fromMs: last.fromMs, ...sum };
      }
    }
    this.#windows = joined;
    this.#joinAt = Math.max(JOIN_WINDOWS_MIN, 2 * joined.length);
  }
}

/** With fewer windows, joining saves nothing. */
const JOIN_WINDOWS_MIN = 4096;
/** Keeps a joined window short compared to the day for which a bound is computed. */
const JOINED_MS_MAX = 3_600_000;

function isBefore(a: CanaryWindow, b: CanaryWindow): boolean {
  return a.fromMs < b.fromMs || (a.fromMs === b.fromMs && a.toMs < b.toMs);
}

/**
 * Intervals with {@link SILENT_CANARIES_MIN} or more consecutive missing canaries, from the last
 * canary that returned to the next one that does. A single missing canary is random loss, and the
 * bound covers it.
 */
export function findSilences(windows: readonly CanaryWindow[]): Silence[] {
  const silences: Silence[] = [];
  let run: CanaryWindow[] = [];
  let beforeMs: number | undefined;
  const endRun = (toMs: number | null): void => {
    const sent = run.reduce((sum, window) => sum + window.sent, 0);
    if (sent >= SILENT_CANARIES_MIN) {
      const fromMs = beforeMs ?? (run[0] as CanaryWindow).fromMs;
      silences.push({ fromMs, toMs, sent, entries: run.map(({ index }) => index) });
    }
    run = [];
  };
  for (const window of windows) {
    if (window.sent === 0) continue;
    if (window.seen === 0) {
      run.push(window);
      continue;
    }
    endRun(window.fromMs);
    beforeMs = window.lastMs;
  }
  endRun(null);
  return silences;
}

export type Trials = { readonly n: number; readonly lost: number };

/**
 * The largest bound on random loss of any `perBound` consecutive trials. A long period is split, so
 * a good month does not hide a bad day.
 */
export function worstLossBound(trials: readonly Trials[], perBound: number): number {
  const total = trials.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return 1;
  const partSize = total / Math.max(1, Math.floor(total / perBound));
  let worst = 0;
  let counted = 0;
  let parts = 0;
  let n = 0;
  let lost = 0;
  for (const trial of trials) {
    n += trial.n;
    lost += trial.lost;
    counted += trial.n;
    if (n === 0 || counted < partSize * (parts + 1) - 1e-6) continue;
    worst = Math.max(worst, upperLossBound(n, lost, CONFIDENCE));
    parts += 1;
    n = 0;
    lost = 0;
  }
  return worst;
}
