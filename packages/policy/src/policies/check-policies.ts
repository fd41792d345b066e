import type { Attributes, CedarType, Schema } from '../cedar/cedar-schema.ts';
import { ANY_TYPE, type PolicyRead, readText } from '../cedar/policy-reads.ts';
import { PolicyError } from '../errors.ts';
import { type EnforcementPoint, suppliesInput } from './enforcement-point.ts';
import { actionsOf, type Policy, takesType } from './policy.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { PolicySet, type PolicySource } from './policy-set.ts';

/** The attributes of each type that the directory and the register state. */
const STATED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Person', ['enabled', 'kind', 'privileged', 'risk', 'wave']],
  [
    'Workload',
    [
      ...['registered', 'owner', 'purpose', 'expires', 'scopes', 'networks', 'credentials'],
      ...['owners', 'applicationOwners'],
    ],
  ],
  ['Device', ['compliant', 'managed']],
  ['App', ['sensitivity']],
  ['Role', ['privileged']],
  ['Wave', ['state']],
]);

/** Types whose members the directory knows. */
const CONTAINERS: readonly string[] = ['Group', 'Role', 'Wave'];

/**
 * Finds policies bound to an enforcement point that cannot supply what they read. Such an input is
 * always unknown, and the policy would deny everyone.
 */
export function findUnsuppliedInputs(set: PolicySet): readonly PolicyProblem[] {
  return set.policies.flatMap((policy) =>
    policy.enforcementPoints.flatMap((name): PolicyProblem[] => {
      const point = set.points.get(name);
      const { place } = policy;
      if (point === undefined) {
        const known = [...set.points.keys()].join(', ');
        const what = `the policy ${policy.id} is bound to ${name}, not an enforcement point`;
        return [{ place, what: `${what}: write one of ${known}` }];
      }
      return lackingAt(policy, point, set.schema).map((lack) => ({ place, what: lack }));
    }),
  );
}

function lackingAt(policy: Policy, point: EnforcementPoint, schema: Schema): readonly string[] {
  const lacking = new Set<string>();
  for (const action of actionsOf(policy.tree, schema)) {
    const shape = schema.actions.get(action);
    if (shape === undefined) continue;
    const principals = shape.principals.filter((type) => takesType(policy.tree.principal, type));
    const resources = shape.resources.filter((type) => takesType(policy.tree.resource, type));
    for (const read of policy.reads) {
      const types = read.root === 'resource' ? resources : principals;
      const what =
        read.root === 'context'
          ? lackOfContext(read, shape.context, point, schema)
          : types.map((type) => lackOf(read, type, read.path, point, schema)).find(isSaid);
      if (what !== undefined) lacking.add(what);
    }
  }
  return [...lacking].map((what) => {
    const others = point.supplies.map((input) => input.replace('context.', '')).join(', ');
    const { name } = point;
    const cure =
      `remove ${name} from its @enforcement_points, or decide by what it states ` + `(${others})`;
    return (
      `the policy ${policy.id} reads ${what}, which the enforcement point ${name} cannot ` +
      `supply: ${cure}`
    );
  });
}

function lackOfContext(
  read: PolicyRead,
  context: Attributes,
  point: EnforcementPoint,
  schema: Schema,
): string | undefined {
  const [name = '', ...rest] = read.path;
  const attribute = context.get(name);
  // Belongs to another action: the validator ensures that it is not read with this one.
  if (attribute === undefined) return undefined;
  if (!suppliesInput(point, `context.${name}`)) return readText(read);
  const { type } = attribute;
  return type.kind === 'Entity' ? lackOf(read, type.name, rest, point, schema) : undefined;
}

function lackOf(
  read: PolicyRead,
  type: string,
  path: readonly string[],
  point: EnforcementPoint,
  schema: Schema,
): string | undefined {
  const [name, ...rest] = path;
  if (name === undefined) {
    const { within } = read;
    if (within === undefined || within === ANY_TYPE) return undefined;
    return CONTAINERS.includes(within) ? undefined : readText(read);
  }
  const attribute = schema.entities.get(type)?.attributes.get(name);
  if (attribute === undefined) return undefined;
  const isRoot = path.length === read.path.length;
  const isStated = STATED.get(type)?.includes(name) === true;
  if (!isStated && !(isRoot && suppliesInput(point, `${read.root}.${name}`))) return readText(read);
  const next: CedarType = attribute.type;
  return next.kind === 'Entity' ? lackOf(read, next.name, rest, point, schema) : undefined;
}

function isSaid(what: string | undefined): what is string {
  return what !== undefined;
}

export type PolicyCheck = {
  readonly problems: readonly PolicyProblem[];
  readonly policies: readonly string[];
  /** Undefined if the policies are invalid. */
  readonly version: string | undefined;
};

/** Checks policies with the official validator, and against their enforcement points. */
export function checkPolicies(source: PolicySource): PolicyCheck {
  try {
    const set = PolicySet.parse(source);
    const policies = set.policies.map(({ id }) => id);
    return { problems: findUnsuppliedInputs(set), policies, version: set.version };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const problems = error.data['problems'] as readonly PolicyProblem[];
    return { problems, policies: [], version: undefined };
  }
}
