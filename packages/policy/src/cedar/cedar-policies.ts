import { createHash } from 'node:crypto';
import { PolicyError } from '../errors.ts';
import { POLICIES_MAX } from '../limits.ts';
import {
  type CedarCall,
  CedarEngine,
  type CedarProblem,
  partsOf,
  treeOf,
  validatePolicies,
} from './cedar-engine.ts';
import { parseSchema } from './cedar-schema.ts';

/** A Cedar text and the name of its file, for messages. */
export type CedarText = { readonly file: string; readonly text: string };

/**
 * - `permit`  a policy permits it, and none forbids it
 * - `deny`    none permits it, one forbids it, or one could not be evaluated
 */
export type CedarVerdict = {
  readonly effect: 'permit' | 'deny';
  /** The ids of the deciding policies. */
  readonly policies: readonly string[];
  /** Why policies could not be evaluated. Each of them denies. */
  readonly errors: readonly string[];
};

/** Policies over any schema, checked by the official validator in strict mode. */
export class CedarPolicies {
  /** SHA-256 over the schema and the policies. */
  readonly version: string;
  /** By id: the annotation `@id`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly #engine: CedarEngine;

  private constructor(schema: string, texts: ReadonlyMap<string, string>) {
    const content = JSON.stringify([schema, ...[...texts].sort(([a], [b]) => (a < b ? -1 : 1))]);
    this.version = createHash('sha256').update(content).digest('hex');
    this.texts = texts;
    this.#engine = new CedarEngine(`policies-${this.version}`, Object.fromEntries(texts));
  }

  /** @throws PolicyError POLICY_INVALID with every problem */
  static parse(schema: CedarText, files: readonly CedarText[]): CedarPolicies {
    const problems: string[] = [];
    const parsedSchema = parseSchema(schema.text);
    if (parsedSchema.kind === 'problems') {
      problems.push(...parsedSchema.problems.map((each) => problemText(schema.file, each)));
    }
    const texts = new Map<string, string>();
    for (const file of files) readPolicies(file, texts, problems);
    if (texts.size > POLICIES_MAX) {
      problems.push(`there are ${texts.size} policies: the maximum is ${POLICIES_MAX}`);
    }
    if (problems.length === 0) {
      for (const { policy, problem } of validatePolicies(schema.text, Object.fromEntries(texts))) {
        problems.push(problemText(`the policy ${policy}`, problem));
      }
    }
    if (problems.length === 0) return new CedarPolicies(schema.text, texts);
    const what = `could not use the policies: ${problems.join('; ')}`;
    throw new PolicyError('POLICY_INVALID', what, { data: { problems } });
  }

  /** Cedar skips a policy that it cannot evaluate. A skipped forbid would permit, so it denies. */
  decide(call: CedarCall): CedarVerdict {
    const { decision, satisfied, errors } = this.#engine.decide(call);
    const isPermitted = decision === 'allow' && errors.length === 0;
    return {
      effect: isPermitted ? 'permit' : 'deny',
      policies: satisfied,
      errors: errors.map(({ policy, message }) => `${policy}: ${message}`),
    };
  }
}

function readPolicies(file: CedarText, texts: Map<string, string>, problems: string[]): void {
  const parts = partsOf(file.text);
  if (parts.kind === 'problems') {
    problems.push(...parts.problems.map((each) => problemText(file.file, each)));
    return;
  }
  if (parts.templates > 0) problems.push(`${file.file}: a template: write policies without slots`);
  for (const text of parts.policies) {
    const { id } = treeOf(text).annotations ?? {};
    if (id === undefined || id === null) {
      problems.push(`${file.file}: a policy has no id: write @id("…") before it`);
    } else if (texts.has(id)) {
      problems.push(`${file.file}: the id ${id} is used twice: choose another id`);
    } else {
      texts.set(id, text);
    }
  }
}

function problemText(place: string, { message, help }: CedarProblem): string {
  return `${place}: ${message}${help === null ? '' : ` (${help})`}`;
}
