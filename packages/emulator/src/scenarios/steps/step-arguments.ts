import type { Person } from '../../population/person.ts';
import type { Address } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import type { Client } from '../../records/sign-in.ts';
import { CLIENTS } from '../../sign-in/clients.ts';
import { ScenarioError } from '../errors.ts';
import { decimalOf, durationOf, textOf, wholeOf } from './parse-values.ts';
import type { ScenarioContext } from './scenario-context.ts';
import { type ScenarioApp, type ScenarioValue, type Session, thingOf } from './scenario-value.ts';

/** The named parameters of one step. A parameter that no verb reads is misspelled, and refused. */
export class StepArguments {
  readonly #stage: ScenarioContext;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(stage: ScenarioContext, values: Readonly<Record<string, unknown>>) {
    this.#stage = stage;
    this.#values = values;
  }

  finish(verb: string): void {
    const unread = Object.keys(this.#values).filter((name) => !this.#read.has(name));
    if (unread.length === 0) return;
    const known = [...this.#read].join(', ');
    throw new ScenarioError('wrong', `${verb} has no parameter ${unread.join(', ')}: ${known}.`);
  }

  has(name: string): boolean {
    this.#read.add(name);
    return this.#values[name] !== undefined;
  }

  whole(name: string, otherwise?: number): number {
    const value = this.#value(name, otherwise);
    const thing = this.#thing(value);
    return thing === undefined
      ? wholeOf(value, this.#stage.random)
      : thingOf(thing, 'number', name).number;
  }

  decimal(name: string, otherwise?: number): number {
    const value = this.#value(name, otherwise);
    const thing = this.#thing(value);
    return thing === undefined
      ? decimalOf(value, this.#stage.random)
      : thingOf(thing, 'number', name).number;
  }

  /** A share: 0 to 1. */
  share(name: string, otherwise?: number): number {
    const share = this.decimal(name, otherwise);
    if (share <= 1) return share;
    throw new ScenarioError('wrong', `${name} must be a share from 0 to 1, not ${share}.`);
  }

  /** Milliseconds. */
  duration(name: string, otherwise?: string): number {
    const value = this.#value(name, otherwise);
    const thing = this.#thing(value);
    return thing === undefined
      ? durationOf(value, this.#stage.random)
      : thingOf(thing, 'number', name).number;
  }

  text(name: string, otherwise?: string): string {
    const value = this.#value(name, otherwise);
    const thing = this.#thing(value);
    if (thing?.kind === 'person') return thing.person.upn;
    if (thing?.kind === 'account') return thing.account.upn;
    return thing === undefined
      ? textOf(value, this.#stage.random)
      : thingOf(thing, 'text', name).text;
  }

  is(name: string): boolean {
    return this.#value(name, false) === true;
  }

  tenant(name = 'tenant'): Population {
    return this.#stage.population(this.text(name));
  }

  people(name: string): { readonly people: readonly Person[]; readonly home: Population } {
    const thing = this.#thing(this.#value(name));
    if (thing?.kind === 'person') return { people: [thing.person], home: thing.home };
    return thingOf(thing, 'people', name);
  }

  person(name: string): { readonly person: Person; readonly home: Population } {
    return thingOf(this.#thing(this.#value(name)), 'person', name);
  }

  /** A person, a user created by the attacker, or the owner of a session. */
  account(name: string): { readonly account: Account; readonly home: Population } {
    const thing = this.#thing(this.#value(name));
    if (thing?.kind === 'person') return { account: thing.person, home: thing.home };
    if (thing?.kind === 'session') return thing.session;
    return thingOf(thing, 'account', name);
  }

  session(name: string): Session {
    return thingOf(this.#thing(this.#value(name)), 'session', name).session;
  }

  app(name: string): ScenarioApp {
    return thingOf(this.#thing(this.#value(name)), 'app', name).app;
  }

  /** The actor: a session or an application. */
  actor(name: string): Extract<ScenarioValue, { kind: 'session' | 'app' }> {
    const thing = this.#thing(this.#value(name));
    if (thing?.kind === 'app') return thing;
    return thingOf(thing, 'session', name);
  }

  /** `fresh`: another address each time. */
  pool(name = 'from'): readonly Address[] | 'fresh' {
    const value = this.#value(name, 'fresh');
    if (value === 'fresh') return 'fresh';
    return thingOf(this.#thing(value), 'addresses', name).pool;
  }

  client(name: string, otherwise: keyof typeof CLIENTS): Client {
    const value = this.#value(name, otherwise);
    const thing = this.#thing(value);
    if (thing !== undefined) return thingOf(thing, 'client', name).client;
    const choice = textOf(value, this.#stage.random);
    const client = CLIENTS[choice as keyof typeof CLIENTS];
    if (client !== undefined) return client;
    throw new ScenarioError(
      'wrong',
      `unknown client ${choice}. Write one of ${Object.keys(CLIENTS).join(', ')}.`,
    );
  }

  /** Stores the step's result in the requested variable. */
  keep(thing: ScenarioValue): void {
    this.#read.add('as');
    const name = this.#values['as'];
    if (typeof name === 'string') this.#stage.things.set(name, thing);
  }

  #value(name: string, otherwise?: unknown): unknown {
    this.#read.add(name);
    const value = this.#values[name] ?? otherwise;
    if (value === undefined) throw new ScenarioError('wrong', `the parameter ${name} is missing.`);
    return value;
  }

  #thing(value: unknown): ScenarioValue | undefined {
    if (typeof value !== 'string' || !value.startsWith('$')) return undefined;
    const thing = this.#stage.things.get(value.slice(1));
    if (thing !== undefined) return thing;
    throw new ScenarioError('wrong', `no draw and no earlier step yields ${value}.`);
  }
}
