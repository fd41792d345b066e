import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { NAME_CHARACTERS_MAX } from '../limits.ts';
/**
 * A point where access is decided. Its policies may read only what it can supply. An input that it
 * never supplies is always unknown, and would deny everyone.
 */
export type EnforcementPoint = {
  readonly name: string;
  /** One sentence for people. */
  readonly sentence: string;
  /** `before` the access, or `after` it, from reports. */
  readonly when: 'before' | 'after';
  /** Inputs that it states with each request, e.g. `context.address` (with all members). */
  readonly supplies: readonly string[];
  /** The callers' names for the types of the schema, e.g. `user` for `Person`. */
  readonly types: ReadonlyMap<string, string>;
};

/** An enforcement point as defined in a file. */
export type EnforcementPointDefinition = Omit<EnforcementPoint, 'types'> & {
  readonly types: Readonly<Record<string, string>>;
};

export function enforcementPointOf({
  types,
  ...members
}: EnforcementPointDefinition): EnforcementPoint {
  return { ...members, types: new Map(Object.entries(types)) };
}

export function definitionOf({ types, ...members }: EnforcementPoint): EnforcementPointDefinition {
  return { ...members, types: Object.fromEntries(types) };
}

/** Inputs that the decision point states itself, for every enforcement point. */
const OWN_INPUTS: readonly string[] = ['context.time', 'context.networks'];

const PEOPLE: ReadonlyMap<string, string> = new Map([
  ['user', 'Person'],
  ['person', 'Person'],
  ['workload', 'Workload'],
  ['app', 'App'],
  ['suite', 'Suite'],
]);

/** The built-in enforcement points, and the inputs that each can supply. */
export const ENFORCEMENT_POINTS: ReadonlyMap<string, EnforcementPoint> = new Map(
  [
    {
      name: 'eam',
      sentence: 'The external authentication method of the directory, in the sign-in itself.',
      when: 'before',
      supplies: ['context.address', 'context.factor', 'context.device'],
      types: PEOPLE,
    },
    {
      name: 'authzen',
      sentence: "The company's own tools, which ask over AuthZEN.",
      when: 'before',
      supplies: [
        ...['context.address', 'context.factor', 'context.device', 'context.purpose'],
        ...['context.scope', 'context.credential', 'context.flow'],
      ],
      types: PEOPLE,
    },
    {
      name: 'forward-auth',
      sentence: "A reverse proxy in front of one of the company's own web applications.",
      when: 'before',
      supplies: ['context.address', 'context.factor', 'context.device', 'context.method'],
      types: PEOPLE,
    },
    {
      name: 'check',
      sentence: 'A sign-in that the suite reported, evaluated after the fact.',
      when: 'after',
      supplies: [
        ...['context.address', 'context.factor', 'context.device', 'context.flow'],
        ...['context.proof', 'context.app', 'context.conditionalAccess', 'context.vendorRisk'],
        ...['context.scope', 'context.credential'],
      ],
      types: PEOPLE,
    },
  ].map((point): [string, EnforcementPoint] => [point.name, point as EnforcementPoint]),
);

/** Returns whether the enforcement point, or the decision point itself, states an input. */
export function suppliesInput(point: EnforcementPoint, input: string): boolean {
  for (const own of OWN_INPUTS) if (isPartOf(own, input)) return true;
  for (const supplied of point.supplies) if (isPartOf(supplied, input)) return true;
  return false;
}

function isPartOf(whole: string, input: string): boolean {
  if (!input.startsWith(whole)) return false;
  return input.length === whole.length || input[whole.length] === '.';
}

/** The schema type for a caller's type name; undefined if there is none. */
export function schemaTypeOf(
  point: EnforcementPoint,
  type: string,
  known: { has(name: string): boolean },
): string | undefined {
  if (known.has(type)) return type;
  const named = point.types.get(type);
  return named !== undefined && known.has(named) ? named : undefined;
}

/**
 * Reads the enforcement points of the company's own tools, in addition to the built-in ones, with
 * the inputs that each can state.
 */
export function parseEndpointFile(file: SourceText): readonly EnforcementPoint[] {
  const { enforcementPoints } = parseYaml(file, endpointsSchema());
  return enforcementPoints.map(enforcementPointOf);
}

type EndpointsFile = { readonly enforcementPoints: readonly EnforcementPointDefinition[] };

function endpointsSchema(): z.ZodType<EndpointsFile> {
  const text = z.string().trim().min(1).max(NAME_CHARACTERS_MAX);
  const input = text.regex(
    /^(?:principal|resource|context)\.\w+$/,
    'is not an input: write it as principal.role, resource.status or context.address',
  );
  const point = z.strictObject({
    name: text,
    sentence: text,
    when: z.enum(['before', 'after']).default('before'),
    supplies: z.array(input),
    types: z.record(text, text).default({}),
  });
  return z.strictObject({ enforcementPoints: z.array(point) });
}
