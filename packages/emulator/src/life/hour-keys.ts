import type { Traits } from '../population/person-traits.ts';
import type { Population } from '../population/population.ts';
import { QuickRandom } from '../population/quick-random.ts';
import { type DayPlan, dayOf, planOf, resetMs, weekOf } from './calendar.ts';
import {
  ACTS_PER_HOUR,
  ACTS_PER_HOUR_MAX,
  FIRST_ORDINARY_ACT,
  FIRST_PHONE_ACT,
  HOUR_MS,
  PHONE_ACTS_PER_HOUR,
} from './limits.ts';
import {
  boundariesIn,
  epochOf,
  type Holder,
  PHONE_REFUSED_AFTER_MS,
  phoneAgainMs,
  phoneFirstMs,
  phoneSession,
  phoneStart,
  phoneToken,
  readyMs,
  SLOTS,
  type Slot,
  startOf,
} from './sessions.ts';

/** Person, act and time in one number, from which the records can be created. */
export type ActKey = { readonly offsetMs: number; readonly index: number; readonly number: number };

const NUMBERS = ACTS_PER_HOUR_MAX;
/** 20 bits for the person and 10 for the act; with the milliseconds of an hour, 52 bits. */
const PEOPLE = 1 << 20;

export function unpack(key: number): ActKey {
  const rest = key % (PEOPLE * NUMBERS);
  return {
    offsetMs: Math.floor(key / (PEOPLE * NUMBERS)),
    index: Math.floor(rest / NUMBERS),
    number: rest % NUMBERS,
  };
}

/** Numbers of the up to four acts of a program within one hour. */
function actNumber(slot: Slot, part: 0 | 1 | 2 | 3): number {
  return slot * 4 + part;
}

const COMPUTER_SLOTS: readonly Slot[] = [1, 2, 3, 4, 5, 11];
const BROWSER_SLOTS: readonly Slot[] = [2, 4, 5, 11];
const PHONE_SLOTS: readonly Slot[] = [SLOTS.outlookMobile, SLOTS.teamsMobile];

function slotsOf(traits: Traits): readonly Slot[] {
  return traits.workplace === 'browser' ? BROWSER_SLOTS : COMPUTER_SLOTS;
}

/**
 * All acts of people in one hour, in time order, as keys. At eight bytes per act, the busiest hour
 * of a million people fits into memory.
 */
export function hourKeys(
  population: Population,
  seed: string | number,
  hour: number,
): Float64Array {
  const draft = new HourDraft(hour);
  const { key } = population.tenant;
  for (let index = 0; index < population.size; index++) {
    const traits = population.traits(index);
    const holder: Holder = { seed, key, index, traits };
    const first = dayOf(traits, draft.fromMs);
    const last = dayOf(traits, draft.toMs - 1);
    for (let day = first; day <= last; day++) {
      draft.computer(holder, planOf(key, index, traits, day));
    }
    if (traits.hasPhone) draft.phone(holder, planOf(key, index, traits, first), last);
  }
  return draft.sorted();
}

class HourDraft {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #hour: number;
  #keys = new Float64Array(4096);
  #count = 0;

  constructor(hour: number) {
    this.#hour = hour;
    this.fromMs = hour * HOUR_MS;
    this.toMs = this.fromMs + HOUR_MS;
  }

  sorted(): Float64Array {
    const keys = this.#keys.slice(0, this.#count).sort();
    // Two days that meet in this hour may both contain the same sign-in.
    return keys.filter((key, at) => at === 0 || key !== keys[at - 1]);
  }

  computer(holder: Holder, plan: DayPlan): void {
    if (!plan.isOn || plan.arrivesMs >= this.toMs || plan.offMs <= this.fromMs) return;
    const { index, traits } = holder;
    this.#trouble(index, plan);
    this.#add(plan.onMs, index, actNumber(SLOTS.logon, 0));
    for (const slot of slotsOf(traits)) {
      const startMs = startOf(plan, slot);
      this.#add(startMs, index, actNumber(slot, 0));
      const fromMs = Math.max(startMs + 1, this.fromMs);
      const toMs = Math.min(plan.offMs, this.toMs);
      if (fromMs >= toMs) continue;
      for (const at of boundariesIn(holder, slot, fromMs, toMs)) {
        this.#add(at, index, actNumber(slot, 1));
      }
    }
    this.#ordinary(holder, plan);
  }

  #trouble(index: number, plan: DayPlan): void {
    if (plan.trouble === 'none') return;
    this.#add(plan.arrivesMs, index, actNumber(SLOTS.trouble, 0));
    this.#add(plan.arrivesMs + 19_000, index, actNumber(SLOTS.trouble, 1));
    if (plan.trouble === 'forgotten') return;
    this.#add(plan.arrivesMs + 43_000, index, actNumber(SLOTS.trouble, 2));
    this.#add(resetMs(plan), index, actNumber(SLOTS.helpDesk, 0));
  }

  #ordinary(holder: Holder, plan: DayPlan): void {
    const fromMs = Math.max(readyMs(plan), this.fromMs);
    const toMs = Math.min(plan.offMs, this.toMs);
    if (fromMs >= toMs) return;
    const { key, index, traits } = holder;
    const random = new QuickRandom(key, index, this.#hour, 401);
    const share = (toMs - fromMs) / HOUR_MS;
    const mean = ACTS_PER_HOUR * share * traits.diligence * plan.intensity * this.#pace(traits);
    const count = Math.min(random.poisson(mean), FIRST_PHONE_ACT - FIRST_ORDINARY_ACT);
    for (let number = 0; number < count; number++) {
      const at = fromMs + Math.floor(random.float() * (toMs - fromMs));
      this.#add(at, index, FIRST_ORDINARY_ACT + number);
    }
  }

  /** The lunch break. */
  #pace(traits: Traits): number {
    const localHour = (this.#hour + Math.round(traits.place.offsetMinutes / 60) + 48) % 24;
    return localHour === 12 ? 0.5 : localHour < 9 ? 0.8 : 1;
  }

  phone(holder: Holder, plan: DayPlan, lastDay: number): void {
    const { key, index, traits } = holder;
    for (const slot of PHONE_SLOTS) {
      for (const at of boundariesIn(holder, slot, this.fromMs, this.toMs)) {
        if (phoneToken(holder, slot, at).issuedMs === at) {
          this.#add(at, index, actNumber(slot, 1));
        }
      }
    }
    this.#phoneLogins(holder, plan);
    if (lastDay !== plan.day) this.#phoneLogins(holder, planOf(key, index, traits, lastDay));
    const localHour = (this.#hour + Math.round(traits.place.offsetMinutes / 60) + 48) % 24;
    if (localHour < 7 || localHour > 22) return;
    const random = new QuickRandom(key, index, this.#hour, 402);
    const count = random.poisson(PHONE_ACTS_PER_HOUR * traits.diligence);
    for (let number = 0; number < count; number++) {
      const at = this.fromMs + Math.floor(random.float() * HOUR_MS);
      this.#add(at, index, FIRST_PHONE_ACT + number);
    }
  }

  #phoneLogins(holder: Holder, plan: DayPlan): void {
    const { index } = holder;
    const starts = [phoneStart(holder, epochOf(holder, weekOf(plan.day)))];
    if (plan.trouble === 'reset') {
      starts.push(phoneAgainMs(plan));
      this.#add(resetMs(plan) + PHONE_REFUSED_AFTER_MS, index, actNumber(SLOTS.helpDesk, 1));
    }
    for (const at of starts) {
      if (at >= this.toMs || phoneSession(holder, at).startMs !== at) continue;
      this.#add(at, index, actNumber(SLOTS.phoneLogin, 0));
      for (const slot of PHONE_SLOTS) {
        const firstMs = phoneFirstMs(at, slot);
        if (phoneToken(holder, slot, firstMs).issuedMs !== firstMs) continue;
        this.#add(firstMs, index, actNumber(slot, 0));
      }
    }
  }

  #add(atMs: number, index: number, number: number): void {
    if (atMs < this.fromMs || atMs >= this.toMs) return;
    if (this.#count === this.#keys.length) {
      const larger = new Float64Array(Math.ceil(this.#keys.length * 1.6));
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.#count++] = ((atMs - this.fromMs) * PEOPLE + index) * NUMBERS + number;
  }
}
