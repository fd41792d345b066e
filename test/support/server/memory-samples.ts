import { readFileSync } from 'node:fs';

const SAMPLE_EVERY_MS = 2000;

type Sample = { readonly hour: number; readonly mebibytes: number };

/** Resident memory of a process that is killed and started again. Linux only. */
export class MemorySamples implements Disposable {
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param now the process, and the hour of the simulation; undefined: there is none now */
  constructor(now: () => { readonly pid: number; readonly hour: number } | undefined) {
    this.#timer = setInterval(() => {
      const current = now();
      if (current === undefined) return;
      const mebibytes = residentMebibytes(current.pid);
      if (mebibytes > 0) this.#samples.push({ hour: current.hour, mebibytes });
    }, SAMPLE_EVERY_MS);
  }

  /** The highest of each equal part of the time. */
  peaks(parts: number): number[] {
    const last = Math.max(...this.#samples.map(({ hour }) => hour));
    const peaks = Array.from({ length: parts }, () => 0);
    for (const { hour, mebibytes } of this.#samples) {
      const part = Math.min(parts - 1, Math.floor((hour / last) * parts));
      peaks[part] = Math.max(peaks[part] ?? 0, mebibytes);
    }
    return peaks;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** 0: there is no such process. Linux only. */
export function residentMebibytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    // It was just killed.
    return 0;
  }
}
