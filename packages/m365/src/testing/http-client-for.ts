import { ManualClock, type Random } from '@countersign/core';
import { HttpClient, type HttpOptions } from '../http/http-client.ts';
import type { Sleep } from '../http/wait.ts';

/** A clock that advances only by waits, and records them. */
export class WaitingClock {
  readonly clock: ManualClock;
  readonly waits: number[] = [];

  constructor(nowMs: number) {
    this.clock = new ManualClock(nowMs);
  }

  readonly wait: Sleep = async (ms) => {
    this.waits.push(ms);
    this.clock.advance(ms);
  };
}

/** No jitter: always the middle of the range. */
export const evenRandom: Random = { fill: (into) => into.fill(128) };

export function clientFor(
  origins: readonly string[],
  { clock, wait }: WaitingClock,
  rest: Partial<HttpOptions> = {},
): HttpClient {
  return new HttpClient({ origins, clock, random: evenRandom, wait, ...rest });
}
