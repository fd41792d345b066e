import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, CountersignError, type Random } from '@countersign/core';
import { HttpClient, type Sleep, systemWait } from '@countersign/m365';

/** At 1,000 times real time this is four emulated minutes; windows tolerate an hour. */
const EMULATOR_CLOCK_EVERY_MS = 250;

/** The highest speed of an emulator. */
const EMULATOR_SPEED_MAX = 1_000;

/** At any speed, a waiting collector yields to the others. */
const EMULATOR_WAIT_MS_MIN = 20;

/** The server cannot use the emulator's clock: the folder is of the other kind, or none answers. */
class EmulatorClockError extends CountersignError<'WRONG_CLOCK' | 'NO_EMULATOR'> {
  override readonly name = 'EmulatorClockError';
}

/** A marker file: the ledger's times are an emulator's, and must never mix with a live tenant's. */
const MARK = 'emulator-clock';

export type EmulatedTime = {
  readonly clock: Clock;
  readonly wait: Sleep;
  /**
   * Why the time stands still; undefined while it runs. Under a stopped clock no input gets stale
   * and no pass ends, so nothing may be decided.
   */
  readonly standstill: () => string | undefined;
};

type Options = {
  /**
   * Where the emulator publishes its time. The configuration has checked that it is on loopback.
   */
  readonly url: string;
  /** PEM of the authority to trust if the emulator uses TLS. */
  readonly ca: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly tell: (trouble: string) => void;
};

/**
 * Keeps times of an emulator and of live tenants in separate ledgers. `seen` never decreases, so
 * one step to an emulator's time would affect all later entries.
 *
 * @throws EmulatorClockError WRONG_CLOCK for a folder of the other kind
 */
export function reserveFolder(dir: string, emulatorClock: string | undefined): void {
  const mark = join(dir, MARK);
  const hasLedger = existsSync(join(dir, 'countersign.json'));
  const isEmulated = existsSync(mark);
  if (emulatorClock === undefined) {
    if (!isEmulated) return;
    throw new EmulatorClockError(
      'WRONG_CLOCK',
      `could not serve ${dir}: its ledger was started on the clock of an emulator, which does ` +
        'not show the time of this machine. Name another folder with --data, or write ' +
        'emulatorClock in the configuration',
    );
  }
  if (hasLedger && !isEmulated) {
    throw new EmulatorClockError(
      'WRONG_CLOCK',
      `could not serve ${dir} on the clock of an emulator: its ledger was started on this ` +
        'machine’s clock. Name an empty folder with --data',
    );
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(mark, `${emulatorClock}\n`, { mode: 0o600 });
}

/**
 * Follows the emulator's time as a clock.
 *
 * Between two readings it runs at the emulator's speed. It pauses if it ran ahead, and never goes
 * back. Waits shrink by the same factor.
 *
 * @throws EmulatorClockError NO_EMULATOR
 */
export async function followEmulator(options: Options): Promise<EmulatedTime> {
  const { url, ca, clock, random, signal, tell } = options;
  const origins = [new URL(url).origin];
  const http = new HttpClient({ origins, clock, random, wait: systemWait, ca, tell });
  const read = async (): Promise<ClockReading> =>
    readingOf((await http.send({ url, signal })).body, clock.monotonic(), url);
  let reading = await read();
  const startMs = reading.nowMs;
  let lastMs = startMs;
  let stopped: string | undefined;
  const now = (): number => {
    const passedMs = (clock.monotonic() - reading.atMs) * reading.speed;
    lastMs = Math.max(lastMs, Math.floor(reading.nowMs + passedMs));
    return lastMs;
  };
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      await systemWait(EMULATOR_CLOCK_EVERY_MS, signal);
      reading = await read();
    }
  };
  follow()
    .catch((error: unknown) => {
      if (signal.aborted) return;
      // Without the emulator its time stops: there is nothing to collect from it either.
      reading = { nowMs: lastMs, atMs: clock.monotonic(), speed: 0 };
      stopped = `could not read the clock of the emulator: ${String(error)}`;
      tell(stopped);
    })
    .finally(() => http.close());
  return {
    clock: { now, monotonic: () => now() - startMs },
    standstill: () => stopped,
    wait: (ms, waitSignal) => {
      const factor = Math.max(1, reading.speed);
      return systemWait(Math.max(ms / factor, Math.min(ms, EMULATOR_WAIT_MS_MIN)), waitSignal);
    },
  };
}

/** The emulator's time, and our monotonic time when we read it. */
type ClockReading = { readonly nowMs: number; readonly speed: number; readonly atMs: number };

function readingOf(body: Buffer, atMs: number, url: string): ClockReading {
  let said: { emulator?: unknown; nowMs?: unknown; speed?: unknown } = {};
  try {
    said = Object(JSON.parse(body.toString('utf8')));
  } catch {
    // Any failure means no clock; the code below throws.
  }
  const { emulator, nowMs, speed } = said;
  const isClock =
    emulator === 'countersign' &&
    Number.isSafeInteger(nowMs) &&
    typeof speed === 'number' &&
    speed >= 0 &&
    speed <= EMULATOR_SPEED_MAX;
  if (isClock) return { nowMs: Number(nowMs), speed, atMs };
  throw new EmulatorClockError(
    'NO_EMULATOR',
    `could not read the clock of an emulator at ${url}: another service answers there. Start ` +
      '"countersign emulator", and copy "clock" from its output',
  );
}
