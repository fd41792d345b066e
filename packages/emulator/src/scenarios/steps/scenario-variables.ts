import type { Department } from '../../population/names.ts';
import type { Person } from '../../population/person.ts';
import { type Address, FAR_PLACES, farAddress, neighborAddress } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import { browserOf, CLIENTS } from '../../sign-in/clients.ts';
import { ScenarioError } from '../errors.ts';
import { createdApplication, createdPrincipal } from './directory-objects.ts';
import type { Scenario, ScenarioParameters } from './scenario.ts';
import type { ScenarioContext } from './scenario-context.ts';
import type { ScenarioApp, ScenarioValue } from './scenario-value.ts';
import { StepArguments } from './step-arguments.ts';

type Draw = (stage: ScenarioContext, args: StepArguments) => ScenarioValue;

/** Age of the first secret of an old application. */
const LONG_AGO_MS = 400 * 86_400_000;

/** People examined before a scenario accepts anyone. */
const TRIES_MAX = 5000;

const DRAWS: Readonly<Record<string, Draw>> = {
  person(stage, args) {
    const home = args.tenant();
    const wanted = wantedOf(args);
    return { kind: 'person', person: somebody(stage, home, wanted, new Set()), home };
  },
  people(stage, args) {
    const home = args.tenant();
    const wanted = wantedOf(args);
    const also = args.has('with') ? [args.person('with').person] : [];
    const people = new Map(also.map((person) => [person.index, person]));
    const count = Math.min(args.whole('count'), home.size);
    while (people.size < count) {
      const person = somebody(stage, home, wanted, new Set(people.keys()));
      people.set(person.index, person);
    }
    return { kind: 'people', people: shuffled(stage, [...people.values()]), home };
  },
  addresses(stage, args) {
    if (args.has('carrier-of')) {
      const { home } = args.person('carrier-of').person;
      const make = (): Address => neighborAddress(home, stage.random.next());
      return { kind: 'addresses', pool: Array.from({ length: args.whole('count') }, make) };
    }
    const near = stage.random.int(0, FAR_PLACES.length);
    const isOnePlace = args.is('one-place');
    const pool = Array.from({ length: args.whole('count') }, () => {
      const address = farAddress(stage.random.next());
      return isOnePlace ? { ...address, place: FAR_PLACES[near] ?? address.place } : address;
    });
    return { kind: 'addresses', pool };
  },
  client(stage, args) {
    if (args.has('browser-of')) {
      return { kind: 'client', client: browserOf(args.person('browser-of').person) };
    }
    const name = args.text('one-of') as keyof typeof CLIENTS;
    const client = CLIENTS[name];
    if (client === undefined) throw new ScenarioError('wrong', `unknown client ${name}.`);
    const version = stage.random.int(118, 149);
    const userAgent = client.userAgent.replaceAll(/Chrome\/\d+/g, `Chrome/${version}`);
    return { kind: 'client', client: { ...client, userAgent } };
  },
  /** An old application, registered in one tenant and trusted in others too. */
  app(stage, args) {
    const home = args.tenant();
    const trusted = args.has('trusted-by') ? [args.tenant('trusted-by')] : [];
    const app = appOf(stage, args.text('name'), home, trusted);
    for (const tenant of [home, ...trusted]) {
      const id = app.servicePrincipalIds.get(tenant.tenant.id) ?? '';
      const own = tenant === home ? [createdApplication(app, stage.nowMs)] : [];
      stage.emit(tenant, stage.nowMs, [], [...own, createdPrincipal(app, id, stage.nowMs)]);
    }
    return { kind: 'app', app };
  },
  number: (_, args) => ({ kind: 'number', number: args.whole('of') }),
  decimal: (_, args) => ({ kind: 'number', number: args.decimal('of') }),
  duration: (_, args) => ({ kind: 'number', number: args.duration('of') }),
  text: (_, args) => ({ kind: 'text', text: args.text('of') }),
};

/** Kinds of variables that can be set from outside: numbers and texts. */
const SETTABLE: readonly string[] = ['number', 'decimal', 'duration', 'text'];

/**
 * A scenario's draws, with some values set from outside.
 *
 * @throws {ScenarioError} `wrong` for an unknown parameter; names the known ones.
 */
export function drawsWith(scenario: Scenario, given: ScenarioParameters): Scenario['draw'] {
  const draws: Record<string, Readonly<Record<string, unknown>>> = { ...scenario.draw };
  for (const [name, of] of Object.entries(given)) {
    const [kind = ''] = Object.keys(draws[name] ?? {});
    if (!SETTABLE.includes(kind)) {
      const known = Object.keys(draws).filter((one) => isSettable(draws[one] ?? {}));
      const there = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
      throw new ScenarioError('wrong', `${scenario.name} has no parameter ${name}: ${there}.`);
    }
    draws[name] = { [kind]: { of } };
  }
  return draws;
}

function isSettable(spec: Readonly<Record<string, unknown>>): boolean {
  return SETTABLE.includes(Object.keys(spec)[0] ?? '');
}

/** Draws one variable: `{ person: { tenant: corp, department: Finance } }`. */
export function draw(
  stage: ScenarioContext,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): void {
  const [[kind, values] = [], ...more] = Object.entries(spec);
  const make = kind === undefined ? undefined : DRAWS[kind];
  if (make === undefined || more.length > 0) {
    const kinds = Object.keys(DRAWS).join(', ');
    throw new ScenarioError('wrong', `draw ${name}: write one of ${kinds}.`);
  }
  const args = new StepArguments(stage, values as Readonly<Record<string, unknown>>);
  // Drawn objects existed before the attack.
  stage.isAttacker = false;
  stage.things.set(name, make(stage, args));
  args.finish(`draw ${name}`);
}

export function appOf(
  stage: ScenarioContext,
  name: string,
  home: Population,
  trusted: readonly Population[],
): ScenarioApp {
  const { random } = stage;
  return {
    name,
    appId: random.guid(),
    appObjectId: random.guid(),
    homeTenantId: home.tenant.id,
    servicePrincipalIds: new Map(
      [home, ...trusted].map((population) => [population.tenant.id, random.guid()]),
    ),
    secrets: [
      { keyId: random.guid(), displayName: 'Deployment', sinceMs: stage.nowMs - LONG_AGO_MS },
    ],
  };
}

type PersonCriteria = {
  readonly department: Department | undefined;
  readonly isAdministrator: boolean;
  readonly isWithoutPhone: boolean;
};

function wantedOf(args: StepArguments): PersonCriteria {
  return {
    department: args.has('department') ? (args.text('department') as Department) : undefined,
    isAdministrator: args.is('administrator'),
    isWithoutPhone: args.is('without-phone'),
  };
}

/**
 * A person who meets the conditions.
 *
 * A small company may have none in a department without a phone. Then any person of that department
 * is used, and only then anyone, so that victims of two attacks stay different people.
 */
function somebody(
  stage: ScenarioContext,
  home: Population,
  wanted: PersonCriteria,
  taken: ReadonlySet<number>,
): Person {
  const start = stage.random.int(0, home.size);
  let anybody: number | undefined;
  let almost: number | undefined;
  for (let step = 0; step < Math.min(TRIES_MAX, home.size); step++) {
    const index = (start + step) % home.size;
    if (taken.has(index)) continue;
    anybody ??= index;
    if (fits(home, index, wanted)) return home.person(index);
    if (fits(home, index, { ...wanted, isWithoutPhone: false })) almost ??= index;
  }
  return home.person(wanted.isAdministrator ? 1 : (almost ?? anybody ?? start));
}

function fits(home: Population, index: number, wanted: PersonCriteria): boolean {
  const traits = home.traits(index);
  if (wanted.department !== undefined && traits.department !== wanted.department) return false;
  if (wanted.isWithoutPhone && traits.hasPhone) return false;
  return !wanted.isAdministrator || home.person(index).isAdministrator;
}

export function shuffled<T>(stage: ScenarioContext, items: T[]): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = stage.random.int(0, at + 1);
    [items[at], items[other]] = [items[other] as T, items[at] as T];
  }
  return items;
}
