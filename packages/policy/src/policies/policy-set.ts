import { createHash } from 'node:crypto';
import { partsOf, treeOf, validatePolicies } from '../cedar/cedar-engine.ts';
import { parseSchema, type Schema } from '../cedar/cedar-schema.ts';
import { CedarSet } from '../cedar/cedar-set.ts';
import { type PolicyRead, readsOf, readText } from '../cedar/policy-reads.ts';
import { PolicyError } from '../errors.ts';
import { POLICIES_MAX, SLICES_KEPT_MAX } from '../limits.ts';
import { parseEntraRule } from './conditional-access.ts';
import { definitionOf, ENFORCEMENT_POINTS, type EnforcementPoint } from './enforcement-point.ts';
import { actionsOf, type Policy, type TextPosition, takesType } from './policy.ts';
import { type PolicyProblem, problemsText } from './policy-problem.ts';
import { placeAt, placeWithin } from './text-position.ts';

export type PolicyText = { readonly file: string; readonly text: string };

/** All parts of a policy set. */
export type PolicySource = {
  readonly schema: PolicyText;
  readonly policies: readonly PolicyText[];
  /** In addition to the built-in enforcement points. */
  readonly points?: readonly EnforcementPoint[] | undefined;
};

/** The policies that can apply to one kind of request, and everything that they may read. */
export type Slice = {
  readonly key: string;
  readonly policies: readonly Policy[];
  readonly byId: ReadonlyMap<string, Policy>;
  readonly reads: readonly NamedRead[];
  readonly cedar: CedarSet;
};

/** A read with its name: see {@link readText}. */
export type NamedRead = { readonly name: string; readonly read: PolicyRead };

export type SliceKey = {
  readonly enforcementPoint: string;
  readonly action: string;
  readonly principal: string;
  readonly resource: string;
};

/** Policies of one version, ready to decide. */
export class PolicySet {
  /** SHA-256 over everything that decides: two sets with one version decide alike. */
  readonly version: string;
  readonly schema: Schema;
  readonly policies: readonly Policy[];
  readonly points: ReadonlyMap<string, EnforcementPoint>;
  readonly #slices = new Map<string, Slice>();

  private constructor(parts: Omit<PolicySetParts, 'problems'>, own: readonly EnforcementPoint[]) {
    this.schema = parts.schema;
    this.policies = parts.policies;
    this.points = new Map([
      ...ENFORCEMENT_POINTS,
      ...own.map((point): [string, EnforcementPoint] => [point.name, point]),
    ]);
    this.version = versionOf(parts.schema, parts.policies, own);
  }

  /**
   * Parses policies. `checkPolicies` checks whether enforcement points supply what they read.
   * @throws PolicyError POLICY_INVALID with every problem
   */
  static parse(source: PolicySource): PolicySet {
    const parsed = parsePolicies(source);
    if (parsed.problems.length > 0 || parsed.schema === undefined) throw invalid(parsed.problems);
    const { schema, policies } = parsed;
    return new PolicySet({ schema, policies }, source.points ?? []);
  }

  slice({ enforcementPoint, action, principal, resource }: SliceKey): Slice {
    const key = [enforcementPoint, action, principal, resource].join('\n');
    const known = this.#slices.get(key);
    if (known !== undefined) return known;
    const policies = this.policies.filter(
      ({ enforcementPoints, tree }) =>
        enforcementPoints.includes(enforcementPoint) &&
        actionsOf(tree, this.schema).includes(action) &&
        takesType(tree.principal, principal) &&
        takesType(tree.resource, resource),
    );
    const slice = this.#make(key, policies);
    if (this.#slices.size >= SLICES_KEPT_MAX) this.#slices.clear();
    this.#slices.set(key, slice);
    return slice;
  }

  #make(key: string, policies: readonly Policy[]): Slice {
    const reads = new Map(policies.flatMap(({ reads: all }) => all.map((r) => [readText(r), r])));
    const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    return {
      key,
      policies,
      byId: new Map(policies.map((policy) => [policy.id, policy])),
      reads: [...reads]
        .map(([name, read]) => ({ name, read }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      cedar: new CedarSet(nameOf(texts), Object.fromEntries(policies.map((p) => [p.id, p]))),
    };
  }
}

export type PolicySetParts = {
  readonly schema: Schema;
  readonly policies: readonly Policy[];
};

/** Reads as much as possible, and reports every problem. */
function parsePolicies(source: PolicySource): {
  readonly schema: Schema | undefined;
  readonly policies: readonly Policy[];
  readonly problems: readonly PolicyProblem[];
} {
  const problems: PolicyProblem[] = [];
  const schema = schemaOf(source.schema, problems);
  const policies = source.policies
    .flatMap((text) => policiesOf(text, problems))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (policies.length > POLICIES_MAX) {
    const [{ place }] = policies as [Policy];
    const what = `the set has ${policies.length} policies: the maximum is ${POLICIES_MAX}`;
    problems.push({ place, what });
  }
  const seen = new Map<string, TextPosition>();
  for (const { id, place } of policies) {
    const before = seen.get(id);
    if (before === undefined) seen.set(id, place);
    else {
      const where = `${before.file}:${before.line}`;
      problems.push({ place, what: `the id ${id} is also used at ${where}: choose another id` });
    }
  }
  if (schema !== undefined) problems.push(...invalidPolicies(schema, policies));
  return { schema, policies, problems };
}

/** The official validator's errors in strict mode. Its warnings count as errors too. */
function invalidPolicies(schema: Schema, policies: readonly Policy[]): PolicyProblem[] {
  const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  return validatePolicies(schema.text, texts).flatMap(
    ({ policy: id, problem }): PolicyProblem[] => {
      const policy = byId.get(id);
      if (policy === undefined) return [];
      const what = cured(problem.message, problem.help);
      return [{ place: placeWithin(policy.place, policy.text, problem.offset), what }];
    },
  );
}

function schemaOf({ file, text }: PolicyText, problems: PolicyProblem[]): Schema | undefined {
  const parsed = parseSchema(text);
  if (parsed.kind === 'schema') return parsed.schema;
  for (const { message, help, offset } of parsed.problems) {
    problems.push({ place: placeAt({ file, text }, offset), what: cured(message, help) });
  }
  return undefined;
}

function policiesOf(source: PolicyText, problems: PolicyProblem[]): Policy[] {
  const parts = partsOf(source.text);
  if (parts.kind === 'problems') {
    for (const { message, help, offset } of parts.problems) {
      problems.push({ place: placeAt(source, offset), what: cured(message, help) });
    }
    return [];
  }
  if (parts.templates > 0) {
    const what = 'a template with a slot: write a policy without slots';
    problems.push({ place: placeAt(source, undefined), what });
  }
  let from = 0;
  return parts.policies.flatMap((text): Policy[] => {
    const at = Math.max(source.text.indexOf(text, from), 0);
    from = at + text.length;
    const place = placeAt(source, Buffer.byteLength(source.text.slice(0, at)));
    const policy = policyOf(text, place, problems);
    return policy === undefined ? [] : [policy];
  });
}

function policyOf(
  text: string,
  place: TextPosition,
  problems: PolicyProblem[],
): Policy | undefined {
  const tree = treeOf(text);
  const { id, sentence, enforcement_points, obligations, entra } = tree.annotations ?? {};
  const missing = Object.entries({ id, sentence, enforcement_points })
    .filter(([, value]) => value === undefined || value.trim() === '')
    .map(([name]) => `@${name}("…")`);
  if (missing.length > 0) {
    const what = `a policy without ${missing.join(' and ')}: write it above the policy`;
    problems.push({ place, what });
    return undefined;
  }
  const { reads, unresolved } = readsOf(tree);
  for (const what of unresolved) {
    const text =
      `the policy ${id} reads ${what}, and Countersign cannot determine its inputs: read ` +
      'attributes';
    problems.push({ place, what: `${text} of principal, resource and context` });
  }
  const rule = entra === undefined ? undefined : parseEntraRule(entra);
  if (typeof rule === 'string') problems.push({ place, what: rule });
  return {
    id: id ?? '',
    effect: tree.effect,
    sentence: sentence ?? '',
    enforcementPoints: wordsOf(enforcement_points),
    obligations: wordsOf(obligations),
    entra: typeof rule === 'string' ? undefined : rule,
    text,
    tree,
    reads,
    place,
  };
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

function versionOf(
  schema: Schema,
  policies: readonly Policy[],
  own: readonly EnforcementPoint[],
): string {
  const texts = policies
    .map(({ id, text }) => [id, text])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const points = own.length === 0 ? [] : [own.map(definitionOf)];
  return createHash('sha256')
    .update(JSON.stringify([schema.text, texts, ...points]))
    .digest('hex');
}

/** Policies are in the order of their ids. */
function nameOf(texts: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

function cured(message: string, help: string | null): string {
  return help === null ? message : `${message}: ${help}`;
}

function invalid(problems: readonly PolicyProblem[]): PolicyError {
  return new PolicyError('POLICY_INVALID', problemsText(problems), { data: { problems } });
}
