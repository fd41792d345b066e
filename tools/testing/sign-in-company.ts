import type { TenantId } from '@countersign/core';
import { blank as blankEvent } from '@countersign/ocsf';
import type { EventRow } from '../../apps/countersign/src/store/rows/event-row.ts';

const TENANT: TenantId = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A Monday. */
const START_MS = Date.UTC(2026, 1, 2);

/** Each person's browser is the one at their number, modulo three. */
export const AGENTS: readonly string[] = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/144.0 Edg/144.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/144.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) Mobile/15E148',
];
const ODD_AGENTS = ['python-requests/2.32', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/109.0'];

export type SprayPlan = {
  readonly targets: number;
  readonly triesPerWeek: number;
  /** Share of attempts with a client that the company's own people use. */
  readonly overlap: number;
  readonly hits: number;
  /** Share of attempts from a new address; default: all. */
  readonly fresh?: number;
  /** Traits that the attacker shares with each target; default: none. */
  readonly shares?: readonly SharedTrait[];
  /**
   * The attempts of one week are within this many minutes of one working day; default: spread over
   * all weeks.
   */
  readonly burstMinutes?: number;
};

/**
 * `address`: the attacker uses the target's office address. `carrier`: the attacker rents lines of
 * the mobile carrier. `client`: the target's own browser.
 */
export type SharedTrait = 'address' | 'carrier' | 'client';

export type CompanyPlan = {
  readonly people: number;
  readonly days: number;
  /** How people behave; default: `even`. */
  readonly life?: 'even' | 'restless';
  /** Next number of [0, 1). */
  readonly random: () => number;
  readonly spray?: SprayPlan;
};

export type Company = {
  readonly rows: readonly EventRow[];
  readonly startMs: number;
  readonly endMs: number;
  /** Indices of the attacker's guesses and of the successful ones. */
  readonly guesses: ReadonlySet<number>;
  readonly hits: ReadonlySet<number>;
};

/** The random choices for one person and day. */
type RandomChoices = {
  /** The country of a traveling person. */
  readonly abroad: (random: () => number) => string;
  readonly minuteOf: (random: () => number) => number;
  /** The client of a person on a day. */
  readonly agentOf: (person: number, day: number) => string;
  /** A client that a person uses once. */
  readonly otherAgent: (day: number, random: () => number) => string;
  /** A rented line of a home network, sometimes in the company's own country. */
  readonly rented: (random: () => number) => Spot;
};

type Spot = { readonly ip: string; readonly country: string };

/** Picks one with equal probability. */
function pick<T>(of: readonly T[], random: () => number): T {
  return of[Math.floor(random() * of.length)] as T;
}

/** Destinations of trips. Half of them are in the home country. */
const TRIPS = [
  ...['DE', 'DE', 'DE', 'DE', 'DE', 'DE', 'FR', 'FR', 'AT', 'CH', 'NL', 'PL', 'IT', 'ES', 'GB'],
  ...['US', 'US', 'IN', 'CN', 'JP', 'SE', 'TR'],
];

/**
 * `even`: people keep office hours, never update their browser, and travel to one other country.
 * `restless`: browsers change every week, people also work at night, travel to the attackers'
 * countries, and sometimes borrow a computer. Half of the lines that attackers rent in the home
 * country belong to the company's carrier.
 */
const LIVES: Readonly<Record<'even' | 'restless', RandomChoices>> = {
  even: {
    abroad: (random) => (random() < 0.5 ? 'DE' : 'FR'),
    minuteOf: (random) => (7 + random() * 11) * 60,
    agentOf: (person) => AGENTS[person % 3] as string,
    otherAgent: (_, random) => pick(AGENTS, random),
    rented: freshPlace,
  },
  restless: {
    abroad: (random) => pick(TRIPS, random),
    minuteOf: (random) => {
      const draw = random();
      if (draw < 0.85) return (7 + random() * 11) * 60;
      return (draw < 0.97 ? 18 + random() * 6 : random() * 7) * 60;
    },
    agentOf: (person, day) => versioned(AGENTS[person % 3] as string, day + (person % 11)),
    otherAgent: (day, random) => {
      if (random() < 0.6) return versioned(pick(AGENTS, random), day);
      return `Mozilla/5.0 (${pick(SYSTEMS, random)}) Firefox/${100 + Math.floor(random() * 60)}.0`;
    },
    rented: (random) => {
      const place = freshPlace(random);
      return place.country === 'DE' && random() < 0.5 ? phonePlace(random) : place;
    },
  },
};

const SYSTEMS = [
  'X11; Linux x86_64',
  'X11; Ubuntu',
  'Windows NT 6.1',
  'Android 14; Mobile',
  'iPad',
];

function versioned(agent: string, day: number): string {
  return `${agent} v${Math.floor(day / 7)}`;
}

type Event = Partial<EventRow['event']> & { readonly timeMs: number };

/**
 * A company that signs in for some weeks: from home, office, phone and sometimes a hotel. Some
 * forgotten passwords are corrected, some only after the help desk opens. A password spray among it
 * uses a new address each time.
 */
export function companyOf(plan: CompanyPlan): Company {
  const { people, days, life = 'even', random } = plan;
  const events: { readonly event: Event; readonly is: 'life' | 'guess' | 'hit' }[] = [];
  for (let person = 0; person < people; person++) {
    for (let day = 0; day < days; day++) {
      for (const event of dayOf(person, day, LIVES[life], random))
        events.push({ event, is: 'life' });
    }
  }
  if (plan.spray !== undefined) events.push(...sprayOf(plan, plan.spray, LIVES[life]));
  events.sort((a, b) => a.event.timeMs - b.event.timeMs);
  const guesses = new Set<number>();
  const hits = new Set<number>();
  const rows = events.map(({ event, is }, index): EventRow => {
    if (is === 'guess') guesses.add(index);
    if (is === 'hit') hits.add(index);
    return {
      ...{ index, entries: [index], tenant: TENANT, action: `=${index}`, seenMs: START_MS },
      ...{ source: 'graph/signIns', erased: false },
      event: {
        ...{ ...blankEvent(), classUid: 3002, signInType: 'interactiveUser', ...event },
        timeMs: Math.floor(event.timeMs),
      },
    };
  });
  return { rows, startMs: START_MS, endMs: START_MS + days * DAY_MS, guesses, hits };
}

function who(person: number): Partial<EventRow['event']> {
  return { actorUid: guid(person), actorName: `p${person}@northmoor.example`, actorType: 1 };
}

/** The GUID of the person with that number. */
export function guid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function dayOf(person: number, day: number, ways: RandomChoices, random: () => number): Event[] {
  if (day % 7 >= 5 && random() > 0.1) return [];
  const events: Event[] = [];
  const signIns = 1 + Math.floor(random() * 2);
  const isAway = random() < 0.02;
  for (let i = 0; i < signIns; i++) {
    const timeMs = START_MS + day * DAY_MS + ways.minuteOf(random) * MINUTE_MS;
    const place = isAway ? awayPlace(ways, random) : placeOf(person, random);
    const isNew = random() < 0.01;
    const userAgent = isNew ? ways.otherAgent(day, random) : ways.agentOf(person, day);
    const base = { ...who(person), ...place, userAgent, appUid: APP };
    const mistakes = random() < 0.06 ? 1 + Math.floor(random() * 2) : 0;
    for (let m = 0; m < mistakes; m++) {
      const at = timeMs - (mistakes - m) * MINUTE_MS;
      events.push({ ...base, timeMs: at, statusId: 2, statusCode: '50126' });
    }
    // Some give up for now.
    if (mistakes > 0 && random() < 0.15) continue;
    const isMfa = random() < 0.3 ? 1 : 0;
    events.push({ ...base, timeMs, statusId: 1, statusCode: '0', isMfa });
  }
  return events;
}

const APP = '4765445b-32c6-49b0-83e6-1d93765276ca';

function awayPlace({ abroad }: RandomChoices, random: () => number): Spot {
  const country = abroad(random);
  return { ip: `100.${byte(random)}.${byte(random)}.${byte(random)}`, country };
}

function placeOf(person: number, random: () => number): Spot {
  const draw = random();
  if (draw < 0.55) return officePlace(person);
  if (draw < 0.93) {
    return { ip: `10.${person % 250}.${Math.floor(person / 250)}.7`, country: 'DE' };
  }
  // Another address of the carrier each time.
  return phonePlace(random);
}

function officePlace(person: number): Spot {
  return { ip: `192.0.2.${person % 4}`, country: 'DE' };
}

function phonePlace(random: () => number): Spot {
  return { ip: `172.20.${byte(random)}.${byte(random)}`, country: 'DE' };
}

function byte(random: () => number): number {
  return Math.floor(random() * 256);
}

function sprayOf(
  { people, days, random }: CompanyPlan,
  plan: SprayPlan,
  { agentOf, rented }: RandomChoices,
): { event: Event; is: 'guess' | 'hit' }[] {
  const { targets, triesPerWeek, overlap, hits, fresh = 1, shares = [], burstMinutes } = plan;
  const found: { event: Event; is: 'guess' | 'hit' }[] = [];
  const isBurst = burstMinutes !== undefined;
  const tries = isBurst ? triesPerWeek : Math.floor((days / 7) * triesPerWeek);
  const beganMs = START_MS + (isBurst ? (days - 4) * DAY_MS + 10 * 60 * MINUTE_MS : 0);
  const lengthMs = isBurst ? burstMinutes * MINUTE_MS : days * DAY_MS;
  const line = shares.includes('carrier') ? phonePlace : rented;
  const hosts = Array.from({ length: 4 }, () => line(random));
  const stride = Math.max(1, Math.floor(people / targets));
  for (let target = 0; target < targets; target++) {
    for (let attempt = 0; attempt < tries; attempt++) {
      const isHit = target < hits && attempt === tries - 1;
      const timeMs = beganMs + ((attempt + random()) * lengthMs) / tries;
      const isCommon = random() < overlap;
      const day = Math.floor((timeMs - START_MS) / DAY_MS);
      const person = (target * stride) % people;
      const agents = isCommon ? [0, 1, 2].map((of) => agentOf(of, day)) : ODD_AGENTS;
      const place = random() < fresh ? line(random) : pick(hosts, random);
      const agent = pick(agents, random);
      const event = {
        ...who(person),
        ...(shares.includes('address') ? officePlace(person) : place),
        userAgent: shares.includes('client') ? agentOf(person, day) : agent,
        appUid: APP,
        timeMs,
      };
      found.push(
        isHit
          ? { is: 'hit', event: { ...event, statusId: 1, statusCode: '0', isMfa: 0 } }
          : { is: 'guess', event: { ...event, statusId: 2, statusCode: '50126' } },
      );
    }
  }
  return found;
}

function freshPlace(random: () => number): Spot {
  const country = random() < 0.3 ? 'DE' : 'US';
  return { ip: `45.${byte(random)}.${byte(random)}.${byte(random)}`, country };
}
