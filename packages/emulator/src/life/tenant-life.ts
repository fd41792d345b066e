import type { Actor, Occurrence } from '../core/feed-record.ts';
import type { Population } from '../population/population.ts';
import { ActivityScene } from './activity-scene.ts';
import { hourKeys, unpack } from './hour-keys.ts';
import { FIRST_ORDINARY_ACT, FIRST_PHONE_ACT, HOUR_MS } from './limits.ts';
import { readMailOnPhone } from './mail-activity.ts';
import { ordinaryAct } from './ordinary-activity.ts';
import { serviceHappenings } from './service-activity.ts';
import type { Slot } from './sessions.ts';
import { programSignIn } from './sign-in-activity.ts';

const LIFE = { scenario: 'life', isAttacker: false } as const;

/**
 * The ordinary activity of a tenant: people, programs, workloads.
 *
 * Everything follows from the seed and the hour, so windows can be requested in any order. It
 * caches only the latest hour's keys.
 */
export function lifeOf(population: Population, seed: string | number): Actor {
  return new Life(population, seed);
}

type Hour = {
  readonly hour: number;
  readonly keys: Float64Array;
  readonly services: readonly Occurrence[];
};

class Life implements Actor {
  readonly #population: Population;
  readonly #seed: string | number;
  #latest: Hour | undefined;

  constructor(population: Population, seed: string | number) {
    this.#population = population;
    this.#seed = seed;
  }

  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    for (let hour = Math.floor(fromMs / HOUR_MS); hour * HOUR_MS < toMs; hour++) {
      yield* this.#within(this.#hour(hour), fromMs, toMs);
    }
  }

  #hour(hour: number): Hour {
    if (this.#latest?.hour !== hour) {
      this.#latest = {
        hour,
        keys: hourKeys(this.#population, this.#seed, hour),
        services: serviceHappenings(this.#population, this.#seed, hour),
      };
    }
    return this.#latest;
  }

  *#within({ hour, keys, services }: Hour, fromMs: number, toMs: number): Generator<Occurrence> {
    const hourMs = hour * HOUR_MS;
    let service = services.findIndex((happening) => happening.atMs >= fromMs);
    if (service < 0) service = services.length;
    for (let at = firstAfter(keys, fromMs - hourMs); at < keys.length; at++) {
      const { offsetMs, index, number } = unpack(keys[at] as number);
      const atMs = hourMs + offsetMs;
      if (atMs >= toMs) break;
      for (; (services[service]?.atMs ?? Infinity) <= atMs; service++) {
        yield services[service] as Occurrence;
      }
      const records = recordsOf(
        new ActivityScene(this.#population, this.#seed, { index, number, atMs }),
        number,
      );
      if (records.length === 0) continue;
      yield { atMs, tenantId: this.#population.tenant.id, truth: LIFE, records };
    }
    for (; (services[service]?.atMs ?? Infinity) < toMs; service++) {
      yield services[service] as Occurrence;
    }
  }
}

function recordsOf(scene: ActivityScene, number: number): Occurrence['records'] {
  if (number < FIRST_ORDINARY_ACT) return programSignIn(scene, (number >> 2) as Slot, number & 3);
  const records = number < FIRST_PHONE_ACT ? ordinaryAct(scene) : readMailOnPhone(scene);
  // Without a license there is no mailbox audit, so mailbox acts leave no record.
  if (scene.person.license !== 'none') return records;
  return records.filter(({ body }) => body['MailboxGuid'] === undefined);
}

/** The first key at or after an offset in the hour. Keys are sorted by it. */
function firstAfter(keys: Float64Array, offsetMs: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (unpack(keys[middle] as number).offsetMs < offsetMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
