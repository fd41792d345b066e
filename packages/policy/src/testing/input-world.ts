import assert from 'node:assert/strict';
import { tenantId } from '@countersign/core';
import type { EntityJson } from '../cedar/cedar-engine.ts';
import { parseSchema } from '../cedar/cedar-schema.ts';
import type { PolicyRead, PolicyVariable } from '../cedar/policy-reads.ts';
import type { DecisionRequest } from '../decision/decision.ts';
import { gather, type InputSources, type PolicyInputs } from '../decision/gather-inputs.ts';
import type { Directory, EntityAttributes, SourcedValue } from '../directory/directory.ts';
import type { EnforcementPoint } from '../policies/enforcement-point.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
export const NOW_MS: number = Date.UTC(2026, 0, 5, 9);
export const SECOND_MS: number = 1000;
export const MINUTE_MS: number = 60 * SECOND_MS;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

const SCHEMA = `
  entity Region;
  entity Group in [Region];
  entity Team in [Group];
  entity Device in [Group] = { compliant: Bool, holder?: Person };
  entity Person in [Team] = {
    risk: String, manager?: Person, home: { country: String }, device?: Device, phone?: String
  };
  entity Suite = { level: Long };
  action signIn appliesTo {
    principal: [Person], resource: [Suite],
    context: {
      factor: String, time: Long, address?: ipaddr, networks?: Set<String>, device?: Device,
      action?: { kind?: String }, toString?: String, purpose?: String
    }
  };
`;

type EntityFacts = {
  readonly id?: string;
  readonly attributes?: Readonly<Record<string, SourcedValue>>;
  readonly within?: Readonly<Record<string, SourcedValue<readonly string[]>>>;
};

/** A value, its source, and when it was observed. */
export function stated<T>(
  value: T,
  ago: number = HOUR_MS,
  source: string = 'graph',
): SourcedValue<T> {
  return { value, source, seenMs: NOW_MS - ago };
}

function directoryOf(entities: Readonly<Record<string, EntityFacts>>): Directory {
  return {
    find: (tenant, type, id): EntityAttributes | undefined => {
      assert.equal(tenant, TENANT);
      const found = entities[`${type}::${id}`];
      if (found === undefined) return undefined;
      return {
        id: found.id ?? id,
        attribute: (name) => found.attributes?.[name],
        within: (type) => {
          const ids = found.within?.[type];
          return ids && { ...ids, value: new Set(ids.value) };
        },
      };
    },
    completeListing: () => undefined,
    networks: (tenant, address) => {
      assert.equal(tenant, TENANT);
      return address === '192.0.2.7' ? stated(['192.0.2.0/24']) : undefined;
    },
  };
}

export const ADA: EntityFacts = {
  attributes: {
    risk: stated('none'),
    manager: stated('bob'),
    home: stated({ country: 'NO' }),
    device: stated('laptop'),
    phone: stated(null),
  },
  within: { Team: stated(['sales'], 3 * HOUR_MS), Group: stated([]), Region: stated(['north']) },
};

const PEOPLE: Readonly<Record<string, EntityFacts>> = {
  'Person::ada': ADA,
  'Person::bob': { attributes: { risk: stated('high') }, within: {} },
  'Device::laptop': { attributes: { compliant: stated(true) }, within: { Group: stated(['it']) } },
  'Suite::suite': { attributes: { level: stated(3) } },
};

const Endpoint: EnforcementPoint = {
  name: 'gate',
  sentence: 'A gate.',
  when: 'before',
  supplies: ['context.factor', 'context.address', 'context.device', 'context.action'],
  types: new Map(),
};

export const REQUEST: DecisionRequest = {
  enforcementPoint: 'gate',
  tenant: TENANT,
  subject: { type: 'user', id: 'ada' },
  action: { name: 'signIn' },
  resource: { type: 'suite', id: 'suite' },
  context: { factor: 'multi', address: '192.0.2.7' },
};

const schema = ((): InputSources['schema'] => {
  const parsed = parseSchema(SCHEMA);
  assert(parsed.kind === 'schema', JSON.stringify(parsed));
  return parsed.schema;
})();

type Changes = {
  readonly request?: Partial<DecisionRequest>;
  readonly point?: Partial<EnforcementPoint>;
  readonly entities?: Readonly<Record<string, EntityFacts>>;
  readonly ages?: InputSources['ages'];
  readonly whatIf?: InputSources['whatIf'];
};

export function gathered(reads: readonly string[], changes: Changes = {}): PolicyInputs {
  const world: InputSources = {
    schema,
    point: { ...Endpoint, ...changes.point },
    directory: directoryOf({ ...PEOPLE, ...changes.entities }),
    ages: changes.ages ?? ((): number => DAY_MS),
    nowMs: NOW_MS,
    whatIf: changes.whatIf,
  };
  const meant = { principal: 'Person', action: 'signIn', resource: 'Suite' };
  return gather(
    { ...REQUEST, ...changes.request },
    meant,
    reads.map((name) => ({ name, read: readOf(name) })),
    world,
  );
}

/** Parses `principal.manager in Team`, in policy notation. */
function readOf(text: string): PolicyRead {
  const [chain = '', within] = text.split(' in ');
  const [root, ...path] = chain.split('.');
  const read = { root: root as PolicyVariable, path };
  return within === undefined ? read : { ...read, within };
}

/** The text that says why an input is lacking. */
export function lack({ lacking }: PolicyInputs, name: string): string {
  return lacking.get(name) ?? '';
}

export function idOf(uid: EntityJson['uid']): string {
  return '__entity' in uid ? uid.__entity.id : uid.id;
}

export function entity(
  { call }: PolicyInputs,
  id: string,
): PolicyInputs['call']['entities'][number] {
  const found = call.entities.find(({ uid }) => idOf(uid) === id);
  assert(found !== undefined, `${id} is among the entities`);
  return found;
}
