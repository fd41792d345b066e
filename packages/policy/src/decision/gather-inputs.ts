import { plural, quoted } from '@countersign/core';
import type { CedarCall, CedarValueJson, EntityJson, TypeAndId } from '../cedar/cedar-engine.ts';
import { type Attribute, actionUid, type Schema } from '../cedar/cedar-schema.ts';
import { ANY_TYPE, type PolicyRead } from '../cedar/policy-reads.ts';
import { isRecord, toTypedValue } from '../cedar/typed-value.ts';
import type { Directory, EntityAttributes, SourcedValue } from '../directory/directory.ts';
import { type EnforcementPoint, suppliesInput } from '../policies/enforcement-point.ts';
import type { NamedRead } from '../policies/policy-set.ts';
import type { DecisionInput, DecisionRequest } from './decision.ts';

/** The maximum age of an input, by its name. */
export type Ages = (input: string) => number;

export type InputSources = {
  readonly schema: Schema;
  readonly point: EnforcementPoint;
  readonly directory: Directory;
  readonly ages: Ages;
  readonly nowMs: number;
  /** What if: the supposed value by the name of an input. */
  readonly whatIf?: WhatIf | undefined;
};

/** Plain JSON, or a changed membership. */
export type WhatIf = ReadonlyMap<string, unknown>;

/** In a {@link WhatIf}, a changed membership. */
export type MembershipChange = { readonly kind: 'in' | 'out'; readonly id: string };

/** The inputs of one request, as far as the policies of its slice read them. */
export type PolicyInputs = {
  readonly call: CedarCall;
  readonly inputs: readonly DecisionInput[];
  /** Why each input without a fresh value lacks it, by its name. */
  readonly lacking: ReadonlyMap<string, string>;
};

export type RequestTypes = {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
};

/** Collects only what the policies read. Stale inputs are left out like missing ones. */
export function gather(
  request: DecisionRequest,
  meant: RequestTypes,
  reads: readonly NamedRead[],
  world: InputSources,
): PolicyInputs {
  return new InputGatherer(request, meant, world).run(reads);
}

/** The result at a path: a value, absence, or unknown. */
type PathValue =
  | { readonly kind: 'value'; readonly sourced: SourcedValue<CedarValueJson> }
  | { readonly kind: 'none'; readonly sourced: SourcedValue<null> }
  | { readonly kind: 'lacking'; readonly what: string; readonly sourced?: SourcedValue };

/** A path of attributes: its text begins with the root. */
type Place = { readonly root: PolicyRead['root']; readonly text: string; readonly depth: number };

type Entity = {
  readonly uid: TypeAndId;
  readonly attrs: Record<string, CedarValueJson>;
  readonly parents: Map<string, TypeAndId>;
  readonly facts: EntityAttributes | undefined;
};

class InputGatherer {
  readonly #request: DecisionRequest;
  readonly #world: InputSources;
  readonly #action: string;
  readonly #context: Record<string, CedarValueJson> = {};
  readonly #entities = new Map<string, Entity>();
  readonly #principal: Entity;
  readonly #resource: Entity;
  readonly #inputs: DecisionInput[] = [];
  readonly #lacking = new Map<string, string>();

  constructor(request: DecisionRequest, meant: RequestTypes, world: InputSources) {
    this.#request = request;
    this.#world = world;
    this.#action = meant.action;
    this.#principal = this.#entity(meant.principal, request.subject.id);
    this.#resource = this.#entity(meant.resource, request.resource.id);
  }

  run(reads: readonly NamedRead[]): PolicyInputs {
    for (const each of reads) this.#take(each);
    const call: CedarCall = {
      principal: this.#principal.uid,
      action: actionUid(this.#action),
      resource: this.#resource.uid,
      context: this.#context,
      entities: [...this.#entities.values()].map(entityJson),
    };
    return { call, inputs: this.#inputs, lacking: this.#lacking };
  }

  #take({ name, read }: NamedRead): void {
    if (read.root === 'action') return;
    const found = this.#resolve(read);
    if (found === 'not asked') return;
    if (found.kind === 'lacking') {
      this.#lacking.set(name, found.what);
      const { sourced } = found;
      this.#inputs.push({
        name,
        source: sourced?.source ?? null,
        ageMs: sourced === undefined ? null : this.#ageOf(sourced),
        state: sourced === undefined ? 'missing' : 'stale',
      });
      return;
    }
    const { sourced } = found;
    this.#inputs.push({
      name,
      source: sourced.source,
      ageMs: this.#ageOf(sourced),
      state: 'fresh',
    });
  }

  /** `not asked`: it is known that nothing exists at this path. */
  #resolve({ root, path, within }: PolicyRead): PathValue | 'not asked' {
    if (root === 'context') {
      const [name = '', ...rest] = path;
      const found = this.#contextMember(name);
      if (found === 'not asked') return found;
      if (rest.length === 0 && within === undefined) return found;
      if (found.kind !== 'value') return found.kind === 'none' ? 'not asked' : found;
      const referred = this.#referred(found.sourced.value);
      if (referred === undefined) return found;
      return this.#ofEntity(referred, { root, text: `context.${name}`, depth: 1 }, rest, within);
    }
    const entity = root === 'resource' ? this.#resource : this.#principal;
    return this.#ofEntity(entity, { root, text: root, depth: 0 }, path, within);
  }

  #ofEntity(
    start: Entity,
    before: Place,
    path: readonly string[],
    within: string | undefined,
  ): PathValue | 'not asked' {
    let entity = start;
    let { text, depth } = before;
    for (let at = 0; at < path.length; at++) {
      const name = path[at] as string;
      text = `${text}.${name}`;
      depth += 1;
      const found = this.#attribute(entity, { root: before.root, text, depth }, name);
      if (found === 'not asked') return found;
      const isLast = at === path.length - 1;
      if (isLast && within === undefined) return found;
      if (found.kind !== 'value') return found.kind === 'none' ? 'not asked' : found;
      const referred = this.#referred(found.sourced.value);
      // A member of a record has the source of the record.
      if (referred === undefined) return found;
      entity = referred;
    }
    if (within === undefined) return 'not asked';
    return this.#membership(entity, text, within);
  }

  #contextMember(name: string): PathValue | 'not asked' {
    const { schema, point } = this.#world;
    const input = `context.${name}`;
    const attribute = schema.actions.get(this.#action)?.context.get(name);
    // The validator ensures that no policy reads this with an action of this kind.
    if (attribute === undefined) return 'not asked';
    if (!suppliesInput(point, input)) {
      return {
        kind: 'lacking',
        what: `the enforcement point ${point.name} cannot supply ${input}`,
      };
    }
    const stated = this.#supposed(input) ?? this.#stated(name);
    const found = this.#typed(input, attribute, stated);
    if (found.kind === 'value') this.#context[name] = found.sourced.value;
    return found;
  }

  /** The decision point never takes its own inputs from the request. */
  #stated(name: string): SourcedValue {
    const { context, action, tenant } = this.#request;
    const { nowMs, point, directory } = this.#world;
    const stated = (value: unknown): SourcedValue => ({
      value,
      source: `enforcement-point:${point.name}`,
      seenMs: nowMs,
    });
    if (name === 'time') return { value: nowMs, source: 'clock', seenMs: nowMs };
    if (name === 'action') return stated(action.properties ?? {});
    if (name === 'networks') {
      const { address } = context;
      const within = typeof address === 'string' ? directory.networks(tenant, address) : undefined;
      return within ?? stated(null);
    }
    return stated(Object.hasOwn(context, name) ? context[name] : null);
  }

  #attribute(entity: Entity, place: Place, name: string): PathValue | 'not asked' {
    const { uid, attrs } = entity;
    const { schema } = this.#world;
    const attribute = schema.entities.get(uid.type)?.attributes.get(name);
    if (attribute === undefined) return 'not asked';
    const sourced = this.#attributeStated(entity, place, name);
    if (sourced === undefined) {
      const what = `${uid.type} ${quoted(uid.id)}`;
      const unknown = entity.facts === undefined;
      const text = unknown ? `${what} is not known here` : `no source states ${name} of ${what}`;
      return { kind: 'lacking', what: text };
    }
    const found = this.#typed(place.text, attribute, sourced);
    if (found.kind === 'value') attrs[name] = found.sourced.value;
    return found;
  }

  #attributeStated(
    entity: Entity,
    { root, text: input, depth }: Place,
    name: string,
  ): SourcedValue | undefined {
    const { point, nowMs } = this.#world;
    const supposed = this.#supposed(input);
    if (supposed !== undefined) return supposed;
    const party = this.#partyOf(entity, root);
    if (party === undefined || depth > 1 || !suppliesInput(point, input)) {
      return entity.facts?.attribute(name);
    }
    const properties = party.properties ?? {};
    const value = Object.hasOwn(properties, name) ? properties[name] : null;
    return { value, source: `enforcement-point:${point.name}`, seenMs: nowMs };
  }

  #supposed(input: string): SourcedValue | undefined {
    const { whatIf, nowMs } = this.#world;
    if (whatIf?.has(input) !== true) return undefined;
    return { value: whatIf.get(input), source: 'what if', seenMs: nowMs };
  }

  #partyOf(entity: Entity, root: Place['root']): DecisionRequest['subject'] | undefined {
    if (root === 'principal' && entity === this.#principal) return this.#request.subject;
    if (root === 'resource' && entity === this.#resource) return this.#request.resource;
    return undefined;
  }

  #typed(input: string, { type, presence }: Attribute, sourced: SourcedValue): PathValue {
    const { value, conflict } = sourced;
    if (conflict !== undefined) {
      const said = conflict.map((each) => `${each.source} states ${JSON.stringify(each.value)}`);
      return { kind: 'lacking', what: `${input} is stated in two ways: ${said.join(', ')}` };
    }
    if (value === undefined || value === null) {
      if (presence === 'optional') return this.#aged(input, { ...sourced, value: null }, 'none');
      return { kind: 'lacking', what: `${sourced.source} does not state ${input}` };
    }
    const read = toTypedValue(value, type);
    if (read.kind === 'wrong') {
      const what = `${input}, as ${sourced.source} states it, is not ${read.what}`;
      return { kind: 'lacking', what };
    }
    return this.#aged(input, { ...sourced, value: read.value }, 'value');
  }

  #aged<K extends 'value' | 'none'>(input: string, sourced: SourcedValue, kind: K): PathValue {
    const maxMs = this.#world.ages(input);
    const ageMs = this.#ageOf(sourced);
    if (ageMs <= maxMs) return { kind, sourced } as PathValue;
    const seen = `${agoText(ageMs)} ago (${sourced.source})`;
    const what = `${input} was last seen ${seen}, and is valid for ${agoText(maxMs)}`;
    return { kind: 'lacking', what, sourced };
  }

  #membership(entity: Entity, path: string, within: string): PathValue | 'not asked' {
    const { schema } = this.#world;
    const { uid, facts } = entity;
    const possible = containers(schema, uid.type);
    const types = within === ANY_TYPE ? [...possible] : [within];
    let oldest: SourcedValue | undefined;
    for (const type of types) {
      if (!possible.has(type)) continue;
      const known = facts?.within(type);
      if (known === undefined) {
        const what = `no source states to which ${type} ${uid.type} ${quoted(uid.id)} belongs`;
        return { kind: 'lacking', what };
      }
      const found = this.#aged(`${path} in ${type}`, known, 'value');
      if (found.kind === 'lacking') return found;
      for (const id of known.value) entity.parents.set(`${type}\n${id}`, { type, id });
      const moved = this.#world.whatIf?.get(`${path} in ${type}`) as MembershipChange | undefined;
      if (moved?.kind === 'in') entity.parents.set(`${type}\n${moved.id}`, { type, id: moved.id });
      if (moved?.kind === 'out') entity.parents.delete(`${type}\n${moved.id}`);
      if (oldest === undefined || known.seenMs < oldest.seenMs) oldest = known;
    }
    if (oldest === undefined) return 'not asked';
    return { kind: 'value', sourced: { ...oldest, value: '' } };
  }

  #referred(value: CedarValueJson): Entity | undefined {
    if (!isRecord(value) || !('__entity' in value)) return undefined;
    const { type, id } = (value as { __entity: TypeAndId }).__entity;
    return this.#entity(type, id);
  }

  #entity(type: string, id: string): Entity {
    const facts = this.#world.directory.find(this.#request.tenant, type, id);
    const uid = { type, id: facts?.id ?? id };
    const key = `${uid.type}\n${uid.id}`;
    const known = this.#entities.get(key);
    if (known !== undefined) return known;
    const entity: Entity = { uid, attrs: {}, parents: new Map(), facts };
    this.#entities.set(key, entity);
    return entity;
  }

  /** A time in the future comes from a clock that is ahead. It counts as now. */
  #ageOf({ seenMs }: SourcedValue): number {
    return Math.max(this.#world.nowMs - seenMs, 0);
  }
}

/** All types that an entity of this type can be in, transitively. */
function containers(
  schema: Schema,
  type: string,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  for (const container of schema.entities.get(type)?.memberOf ?? []) {
    if (found.has(container)) continue;
    found.add(container);
    containers(schema, container, found);
  }
  return found;
}

function entityJson({ uid, attrs, parents }: Entity): EntityJson {
  return { uid, attrs, parents: [...parents.values()] };
}

const MINUTE_MS = 60_000;

function agoText(ms: number): string {
  if (!Number.isFinite(ms)) return 'any time';
  if (ms < 2 * MINUTE_MS) return plural(Math.round(ms / 1000), 'second');
  if (ms < 120 * MINUTE_MS) return plural(Math.round(ms / MINUTE_MS), 'minute');
  const hours = Math.round(ms / (60 * MINUTE_MS));
  return hours < 72 ? plural(hours, 'hour') : plural(Math.round(hours / 24), 'day');
}
