import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, CountersignError, type Random } from '@countersign/core';
import { HttpClient, type Sleep, systemWait } from '@countersign/m365';

/** At a thousand times real time, four minutes of the emulator's: windows forgive an hour. */
const EMULATOR_CLOCK_EVERY_MS = 250;

/** The fastest that an emulator runs. */
const EMULATOR_SPEED_MAX = 1_000;

/** However fast time is, a collector that waits lets others have their turn. */
const EMULATOR_WAIT_MS_MIN = 20;

/** Serve cannot live on an emulator's clock: the folder is of the other kind, or none answers. */
class EmulatorClockError extends CountersignError<'WRONG_CLOCK' | 'NO_EMULATOR'> {
  override readonly name = 'EmulatorClockError';
}

/** Beside the ledger: its times are those of an emulator, and never a live tenant's. */
const MARK = 'emulator-clock';

export type EmulatedTime = { readonly clock: Clock; readonly wait: Sleep };

type Options = {
  /** Where the emulator publishes its time; on loopback, as the configuration has checked. */
  readonly url: string;
  /** PEM of the authority that is believed, where the emulator speaks TLS. */
  readonly ca: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly tell: (trouble: string) => void;
};

/**
 * Keeps the times of an emulator and of live tenants in ledgers of their own: `seen` never
 * decreases, so one forward step to an emulator's time would mark everything after it.
 *
 * @throws EmulatorClockError for a folder of the other kind
 */
export function reserveFolder(dir: string, emulatorClock: string | undefined): void {
  const mark = join(dir, MARK);
  const hasLedger = existsSync(join(dir, 'countersign.json'));
  const isEmulated = existsSync(mark);
  if (emulatorClock === undefined) {
    if (!isEmulated) return;
    throw new EmulatorClockError(
      'WRONG_CLOCK',
      `could not serve ${dir}: its ledger was begun on the clock of an emulator, whose times are ` +
        'not those of this machine; name another folder with --data, or emulatorClock in the ' +
        'configuration',
    );
  }
  if (hasLedger && !isEmulated) {
    throw new EmulatorClockError(
      'WRONG_CLOCK',
      `could not serve ${dir} on the clock of an emulator: its ledger was begun on this ` +
        'machine’s clock; name an empty folder with --data',
    );
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(mark, `${emulatorClock}\n`, { mode: 0o600 });
}

/**
 * The emulator's time as a clock: it runs between two readings as fast as the emulator says, waits
 * when it has run ahead, and never goes back. Waits are as much shorter as time is faster.
 *
 * @throws EmulatorClockError where no emulator answers
 */
export async function followEmulator(options: Options): Promise<EmulatedTime> {
  const { url, ca, clock, random, signal, tell } = options;
  const origins = [new URL(url).origin];
  const http = new HttpClient({ origins, clock, random, wait: systemWait, ca, tell });
  const read = async (): Promise<Reading> =>
    readingOf((await http.send({ url, signal })).body, clock.monotonic(), url);
  let reading = await read();
  const startMs = reading.nowMs;
  let lastMs = startMs;
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
      // Without the emulator its time stands still: nothing can be collected from it either.
      reading = { nowMs: lastMs, atMs: clock.monotonic(), speed: 0 };
      tell(`the clock of the emulator stands still: ${String(error)}`);
    })
    .finally(() => http.close());
  return {
    clock: { now, monotonic: () => now() - startMs },
    wait: (ms, waitSignal) => {
      const factor = Math.max(1, reading.speed);
      return systemWait(Math.max(ms / factor, Math.min(ms, EMULATOR_WAIT_MS_MIN)), waitSignal);
    },
  };
}

/** What the emulator said, and when by our own monotonic time. */
type Reading = { readonly nowMs: number; readonly speed: number; readonly atMs: number };

function readingOf(body: Buffer, atMs: number, url: string): Reading {
  let said: { emulator?: unknown; nowMs?: unknown; speed?: unknown } = {};
  try {
    said = Object(JSON.parse(body.toString('utf8')));
  } catch {
    // Whatever it is, it is no clock: said below.
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
    `could not read the clock of an emulator at ${url}: what answers there is none; start ` +
      'countersign emulator, and copy "clock" of what it prints',
  );
}
