import { hex8, SeededRandom } from '../core/seeded-random.ts';
import { SUBJECT_WORDS } from '../population/names.ts';
import type { Person } from '../population/person.ts';
import { type Address, awayAddress, mobileAddress } from '../population/places.ts';
import type { Population } from '../population/population.ts';
import { mix } from '../population/quick-random.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Token } from '../records/account.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import type { Message } from '../records/mailbox.ts';
import { tokenIdOf } from '../sign-in/user-flows.ts';
import { type DayPlan, dayOf, planOf } from './calendar.ts';
import { HOUR_MS } from './limits.ts';
import {
  computerToken,
  type HeldToken,
  type Holder,
  phoneToken,
  SLOTS,
  type Slot,
  startOf,
} from './sessions.ts';

/** The requesting application and the requested resource, by program. */
export const PROGRAMS: Readonly<Record<number, readonly [appId: string, resourceId: string]>> = {
  [SLOTS.logon]: [FIRST_PARTY.broker, FIRST_PARTY.directory],
  [SLOTS.outlook]: [FIRST_PARTY.microsoftOffice, FIRST_PARTY.exchange],
  [SLOTS.teams]: [FIRST_PARTY.teams, FIRST_PARTY.teamsService],
  [SLOTS.oneDrive]: [FIRST_PARTY.oneDriveSync, FIRST_PARTY.sharePoint],
  [SLOTS.office]: [FIRST_PARTY.microsoftOffice, FIRST_PARTY.graph],
  [SLOTS.browser]: [FIRST_PARTY.outlookWeb, FIRST_PARTY.exchange],
  [SLOTS.browserFiles]: [FIRST_PARTY.sharePoint, FIRST_PARTY.sharePoint],
  [SLOTS.outlookMobile]: [FIRST_PARTY.outlookMobile, FIRST_PARTY.exchange],
  [SLOTS.teamsMobile]: [FIRST_PARTY.teams, FIRST_PARTY.teamsService],
  [SLOTS.phoneLogin]: [FIRST_PARTY.broker, FIRST_PARTY.directory],
  [SLOTS.trouble]: [FIRST_PARTY.officeHome, FIRST_PARTY.directory],
};

/** One act of one person: location, tokens of their programs, and random choices. */
export class ActivityScene {
  readonly population: Population;
  readonly tenant: Tenant;
  readonly person: Person;
  readonly holder: Holder;
  readonly plan: DayPlan;
  readonly atMs: number;
  readonly random: SeededRandom;
  readonly seed: string | number;

  constructor(
    population: Population,
    seed: string | number,
    act: { readonly index: number; readonly number: number; readonly atMs: number },
  ) {
    this.population = population;
    this.tenant = population.tenant;
    this.seed = seed;
    this.person = population.person(act.index);
    this.atMs = act.atMs;
    const { key } = population.tenant;
    this.holder = { seed, key, index: act.index, traits: this.person };
    this.plan = planOf(key, act.index, this.person, dayOf(this.person, act.atMs));
    this.random = new SeededRandom(seed, key, act.index, act.atMs, act.number);
  }

  guid(): string {
    return this.random.guid();
  }

  /** The computer's address. */
  get address(): Address {
    const { plan, person } = this;
    if (plan.where === 'office') return person.office;
    if (plan.where === 'home') return person.home;
    return awayAddress(mix(this.tenant.key, person.index, plan.day), plan.place);
  }

  /** The phone's address. A mobile network assigns another one every hour. */
  get phoneAddress(): Address {
    const bits = mix(this.tenant.key, this.person.index, 501);
    return mobileAddress(bits, Math.floor(this.atMs / HOUR_MS), this.plan.place);
  }

  held(slot: Slot): HeldToken {
    const isPhone = slot === SLOTS.outlookMobile || slot === SLOTS.teamsMobile;
    return isPhone
      ? phoneToken(this.holder, slot, this.atMs)
      : computerToken(this.holder, slot, this.plan, Math.max(this.atMs, startOf(this.plan, slot)));
  }

  /** The token that a program uses now. */
  token(slot: Slot): Token {
    const held = this.held(slot);
    const isPhone = slot === SLOTS.outlookMobile || slot === SLOTS.teamsMobile;
    return {
      tokenId: tokenIdOf(held.requestId),
      sessionId: held.sessionId,
      issuedMs: held.issuedMs,
      appId: (PROGRAMS[slot] as readonly [string, string])[0],
      ip: isPhone ? this.phoneAddress.ip : this.address.ip,
      deviceId: isPhone ? this.person.phone?.id : this.person.computer?.id,
    };
  }

  colleague(): Person {
    return this.population.person(this.random.int(0, this.population.size));
  }

  message(domain: string = this.tenant.domain): Message {
    const { random } = this;
    const words = [random.next(), random.next(), random.next(), random.next()].map(hex8);
    return {
      internetMessageId: `<${words.join('').toUpperCase()}@${domain}>`,
      subject: `${random.pick(SUBJECT_WORDS)} ${random.pick(SUBJECT_WORDS)} ${random.int(1, 90)}`,
      bytes: random.int(8, 400) * 512,
    };
  }

  messages(count: number): Message[] {
    return Array.from({ length: count }, () => this.message());
  }
}
