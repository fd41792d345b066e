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

type VariableFactory = (context: ScenarioContext, args: StepArguments) => ScenarioValue;

/** Age of the first secret of an old application. */
const LONG_AGO_MS = 400 * 86_400_000;

/** People examined before any person is accepted. */
const PEOPLE_EXAMINED_MAX = 5000;

const VARIABLE_FACTORIES: Readonly<Record<string, VariableFactory>> = {
  person(context, args) {
    const home = args.tenant();
    const criteria = criteriaOf(args);
    return { kind: 'person', person: choosePerson(context, home, criteria, new Set()), home };
  },
  people(context, args) {
    const home = args.tenant();
    const criteria = criteriaOf(args);
    const also = args.has('with') ? [args.person('with').person] : [];
    const people = new Map(also.map((person) => [person.index, person]));
    const count = Math.min(args.integer('count'), home.size);
    while (people.size < count) {
      const person = choosePerson(context, home, criteria, new Set(people.keys()));
      people.set(person.index, person);
    }
    return { kind: 'people', people: shuffle(context, [...people.values()]), home };
  },
  addresses(context, args) {
    if (args.has('carrier-of')) {
      const { home } = args.person('carrier-of').person;
      const make = (): Address => neighborAddress(home, context.random.next());
      return { kind: 'addresses', pool: Array.from({ length: args.integer('count') }, make) };
    }
    const placeIndex = context.random.int(0, FAR_PLACES.length);
    const isOnePlace = args.is('one-place');
    const pool = Array.from({ length: args.integer('count') }, () => {
      const address = farAddress(context.random.next());
      return isOnePlace ? { ...address, place: FAR_PLACES[placeIndex] ?? address.place } : address;
    });
    return { kind: 'addresses', pool };
  },
  client(context, args) {
    if (args.has('browser-of')) {
      return { kind: 'client', client: browserOf(args.person('browser-of').person) };
    }
    const name = args.text('one-of') as keyof typeof CLIENTS;
    const client = CLIENTS[name];
    if (client === undefined) throw new ScenarioError('wrong', `unknown client ${name}.`);
    const version = context.random.int(118, 149);
    const userAgent = client.userAgent.replaceAll(/Chrome\/\d+/g, `Chrome/${version}`);
    return { kind: 'client', client: { ...client, userAgent } };
  },
  /** An existing application, registered in one tenant. Other tenants may trust it. */
  app(context, args) {
    const home = args.tenant();
    const trusted = args.has('trusted-by') ? [args.tenant('trusted-by')] : [];
    const app = appOf(context, args.text('name'), home, trusted);
    for (const tenant of [home, ...trusted]) {
      const id = app.servicePrincipalIds.get(tenant.tenant.id) ?? '';
      const own = tenant === home ? [createdApplication(app, context.nowMs)] : [];
      context.emit(tenant, context.nowMs, [], [...own, createdPrincipal(app, id, context.nowMs)]);
    }
    return { kind: 'app', app };
  },
  number: (_, args) => ({ kind: 'number', number: args.integer('of') }),
  decimal: (_, args) => ({ kind: 'number', number: args.decimal('of') }),
  duration: (_, args) => ({ kind: 'number', number: args.duration('of') }),
  text: (_, args) => ({ kind: 'text', text: args.text('of') }),
};

/** Kinds of variables that a scenario parameter can set. */
const SETTABLE: readonly string[] = ['number', 'decimal', 'duration', 'text'];

/**
 * Returns a scenario's variables with parameters applied.
 *
 * @throws {ScenarioError} `wrong` for an unknown parameter; names the known ones.
 */
export function drawsWith(scenario: Scenario, parameters: ScenarioParameters): Scenario['draw'] {
  const draws: Record<string, Readonly<Record<string, unknown>>> = { ...scenario.draw };
  for (const [name, of] of Object.entries(parameters)) {
    const [kind = ''] = Object.keys(draws[name] ?? {});
    if (!SETTABLE.includes(kind)) {
      const known = Object.keys(draws).filter((one) => isSettable(draws[one] ?? {}));
      const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
      throw new ScenarioError('wrong', `${scenario.name} has no parameter ${name}: ${hint}.`);
    }
    draws[name] = { [kind]: { of } };
  }
  return draws;
}

function isSettable(spec: Readonly<Record<string, unknown>>): boolean {
  return SETTABLE.includes(Object.keys(spec)[0] ?? '');
}

/** Draws one variable: `{ person: { tenant: corp, department: Finance } }`. */
export function drawVariable(
  context: ScenarioContext,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): void {
  const [[kind, values] = [], ...more] = Object.entries(spec);
  const factory = kind === undefined ? undefined : VARIABLE_FACTORIES[kind];
  if (factory === undefined || more.length > 0) {
    const kinds = Object.keys(VARIABLE_FACTORIES).join(', ');
    throw new ScenarioError('wrong', `draw ${name}: write one of ${kinds}.`);
  }
  const args = new StepArguments(context, values as Readonly<Record<string, unknown>>);
  // Drawn objects existed before the attack.
  context.isAttacker = false;
  context.variables.set(name, factory(context, args));
  args.rejectUnread(`draw ${name}`);
}

export function appOf(
  context: ScenarioContext,
  name: string,
  home: Population,
  trusted: readonly Population[],
): ScenarioApp {
  const { random } = context;
  return {
    name,
    appId: random.guid(),
    appObjectId: random.guid(),
    homeTenantId: home.tenant.id,
    servicePrincipalIds: new Map(
      [home, ...trusted].map((population) => [population.tenant.id, random.guid()]),
    ),
    secrets: [
      { keyId: random.guid(), displayName: 'Deployment', sinceMs: context.nowMs - LONG_AGO_MS },
    ],
  };
}

type PersonCriteria = {
  readonly department: Department | undefined;
  readonly isAdministrator: boolean;
  readonly isWithoutPhone: boolean;
};

function criteriaOf(args: StepArguments): PersonCriteria {
  return {
    department: args.has('department') ? (args.text('department') as Department) : undefined,
    isAdministrator: args.is('administrator'),
    isWithoutPhone: args.is('without-phone'),
  };
}

/**
 * Chooses a person who meets the criteria.
 *
 * In a small company, every person of a department may have a phone. Then any person of that
 * department is chosen, or else any person. So two attacks still have different victims.
 */
function choosePerson(
  context: ScenarioContext,
  home: Population,
  criteria: PersonCriteria,
  excluded: ReadonlySet<number>,
): Person {
  const start = context.random.int(0, home.size);
  let anyIndex: number | undefined;
  let nextBestIndex: number | undefined;
  for (let step = 0; step < Math.min(PEOPLE_EXAMINED_MAX, home.size); step++) {
    const index = (start + step) % home.size;
    if (excluded.has(index)) continue;
    anyIndex ??= index;
    if (meetsCriteria(home, index, criteria)) return home.person(index);
    if (meetsCriteria(home, index, { ...criteria, isWithoutPhone: false })) nextBestIndex ??= index;
  }
  return home.person(criteria.isAdministrator ? 1 : (nextBestIndex ?? anyIndex ?? start));
}

function meetsCriteria(home: Population, index: number, criteria: PersonCriteria): boolean {
  const traits = home.traits(index);
  if (criteria.department !== undefined && traits.department !== criteria.department) return false;
  if (criteria.isWithoutPhone && traits.hasPhone) return false;
  return !criteria.isAdministrator || home.person(index).isAdministrator;
}

export function shuffle<T>(context: ScenarioContext, items: T[]): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = context.random.int(0, at + 1);
    [items[at], items[other]] = [items[other] as T, items[at] as T];
  }
  return items;
}
