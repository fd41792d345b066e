import type { Person } from '../../population/person.ts';
import type { Address } from '../../population/places.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import type { Client } from '../../records/sign-in.ts';
import { CLIENTS } from '../../sign-in/clients.ts';
import { ScenarioError } from '../errors.ts';
import { decimalOf, durationOf, integerOf, textOf } from './parse-values.ts';
import type { ScenarioContext } from './scenario-context.ts';
import {
  type ScenarioApp,
  type ScenarioValue,
  type Session,
  variableOfKind,
} from './scenario-value.ts';

/** The named parameters of one step. A parameter that the verb does not read is an error. */
export class StepArguments {
  readonly #context: ScenarioContext;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(context: ScenarioContext, values: Readonly<Record<string, unknown>>) {
    this.#context = context;
    this.#values = values;
  }

  rejectUnread(verb: string): void {
    const unread = Object.keys(this.#values).filter((name) => !this.#read.has(name));
    if (unread.length === 0) return;
    const known = [...this.#read].join(', ');
    throw new ScenarioError('wrong', `${verb} has no parameter ${unread.join(', ')}: ${known}.`);
  }

  has(name: string): boolean {
    this.#read.add(name);
    return this.#values[name] !== undefined;
  }

  integer(name: string, otherwise?: number): number {
    const value = this.#value(name, otherwise);
    const variable = this.#variable(value);
    return variable === undefined
      ? integerOf(value, this.#context.random)
      : variableOfKind(variable, 'number', name).number;
  }

  decimal(name: string, otherwise?: number): number {
    const value = this.#value(name, otherwise);
    const variable = this.#variable(value);
    return variable === undefined
      ? decimalOf(value, this.#context.random)
      : variableOfKind(variable, 'number', name).number;
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
    const variable = this.#variable(value);
    return variable === undefined
      ? durationOf(value, this.#context.random)
      : variableOfKind(variable, 'number', name).number;
  }

  text(name: string, otherwise?: string): string {
    const value = this.#value(name, otherwise);
    const variable = this.#variable(value);
    if (variable?.kind === 'person') return variable.person.upn;
    if (variable?.kind === 'account') return variable.account.upn;
    return variable === undefined
      ? textOf(value, this.#context.random)
      : variableOfKind(variable, 'text', name).text;
  }

  is(name: string): boolean {
    return this.#value(name, false) === true;
  }

  tenant(name = 'tenant'): Population {
    return this.#context.population(this.text(name));
  }

  people(name: string): { readonly people: readonly Person[]; readonly home: Population } {
    const variable = this.#variable(this.#value(name));
    if (variable?.kind === 'person') return { people: [variable.person], home: variable.home };
    return variableOfKind(variable, 'people', name);
  }

  person(name: string): { readonly person: Person; readonly home: Population } {
    return variableOfKind(this.#variable(this.#value(name)), 'person', name);
  }

  /** A person, a user created by the attacker, or the owner of a session. */
  account(name: string): { readonly account: Account; readonly home: Population } {
    const variable = this.#variable(this.#value(name));
    if (variable?.kind === 'person') return { account: variable.person, home: variable.home };
    if (variable?.kind === 'session') return variable.session;
    return variableOfKind(variable, 'account', name);
  }

  session(name: string): Session {
    return variableOfKind(this.#variable(this.#value(name)), 'session', name).session;
  }

  app(name: string): ScenarioApp {
    return variableOfKind(this.#variable(this.#value(name)), 'app', name).app;
  }

  /** The actor: a session or an application. */
  actor(name: string): Extract<ScenarioValue, { kind: 'session' | 'app' }> {
    const variable = this.#variable(this.#value(name));
    if (variable?.kind === 'app') return variable;
    return variableOfKind(variable, 'session', name);
  }

  /** `fresh`: another address each time. */
  pool(name = 'from'): readonly Address[] | 'fresh' {
    const value = this.#value(name, 'fresh');
    if (value === 'fresh') return 'fresh';
    return variableOfKind(this.#variable(value), 'addresses', name).pool;
  }

  client(name: string, otherwise: keyof typeof CLIENTS): Client {
    const value = this.#value(name, otherwise);
    const variable = this.#variable(value);
    if (variable !== undefined) return variableOfKind(variable, 'client', name).client;
    const choice = textOf(value, this.#context.random);
    const client = CLIENTS[choice as keyof typeof CLIENTS];
    if (client !== undefined) return client;
    throw new ScenarioError(
      'wrong',
      `unknown client ${choice}. Write one of ${Object.keys(CLIENTS).join(', ')}.`,
    );
  }

  /** Stores the step's result in the requested variable. */
  storeResult(variable: ScenarioValue): void {
    this.#read.add('as');
    const name = this.#values['as'];
    if (typeof name === 'string') this.#context.variables.set(name, variable);
  }

  #value(name: string, otherwise?: unknown): unknown {
    this.#read.add(name);
    const value = this.#values[name] ?? otherwise;
    if (value === undefined) throw new ScenarioError('wrong', `the parameter ${name} is missing.`);
    return value;
  }

  #variable(value: unknown): ScenarioValue | undefined {
    if (typeof value !== 'string' || !value.startsWith('$')) return undefined;
    const variable = this.#context.variables.get(value.slice(1));
    if (variable !== undefined) return variable;
    throw new ScenarioError('wrong', `no variable and no earlier step defines ${value}.`);
  }
}
