import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { ScenarioError } from '../errors.ts';

/** Scenarios are written by hand, so a larger file is not one. */
const SCENARIO_BYTES_MAX = 65_536;

type Values = Readonly<Record<string, unknown>>;

/** One step: a verb, its parameters, and the truth about it. */
export type Step = {
  readonly verb: string;
  readonly values: Values;
  /** MITRE ATT&CK; required for an attacker's step. */
  readonly technique: string | undefined;
  /** False for acts of the company or the victim. */
  readonly isAttacker: boolean;
  /** The attack that the step belongs to, if the scenario has several. */
  readonly attack: string | undefined;
};

export type Scenario = {
  readonly name: string;
  readonly about: string;
  /** Roles, each with one population. */
  readonly tenants: readonly string[];
  readonly draw: Readonly<Record<string, Values>>;
  readonly steps: readonly Step[];
};

/** Values set from outside: `{ people: 80, 'per-week': '0.5..1' }`. */
export type ScenarioParameters = Readonly<Record<string, string | number>>;

const FOLDER = join(import.meta.dirname, '../../../scenarios');

/** The scenarios that ship with the emulator. */
export function scenarioNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Loads a scenario: a shipped one by name, any other by path.
 *
 * @throws {ScenarioError} `not-found`, `not-readable` (not YAML, too large), `wrong` (with
 * details).
 */
export function loadScenario(nameOrPath: string): Scenario {
  const isName = /^[a-z0-9-]+$/.test(nameOrPath);
  const path = isName ? join(FOLDER, `${nameOrPath}.yaml`) : nameOrPath;
  return scenarioFrom(parsed(path), basename(path, '.yaml'));
}

function parsed(path: string): unknown {
  try {
    if (statSync(path).size > SCENARIO_BYTES_MAX) {
      throw new ScenarioError(
        'not-readable',
        `${path} is larger than ${SCENARIO_BYTES_MAX} bytes.`,
      );
    }
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const known = scenarioNames().join(', ');
    throw isMissing
      ? new ScenarioError(
          'not-found',
          `could not find a scenario at ${path}. Known scenarios: ${known}.`,
        )
      : new ScenarioError('not-readable', `${path} could not be read as YAML.`, { cause: error });
  }
}

function scenarioFrom(document: unknown, name: string): Scenario {
  const fields = mapping(document, name);
  const known = ['about', 'tenants', 'draw', 'steps'];
  const strange = Object.keys(fields).filter((key) => !known.includes(key));
  if (strange.length > 0) {
    const wrong = `${name}: ${strange.join(', ')} is none of ${known.join(', ')}.`;
    throw new ScenarioError('wrong', wrong);
  }
  const draws = Object.entries(mapping(fields['draw'] ?? {}, `${name}: draw`));
  return {
    name,
    about: typeof fields['about'] === 'string' ? fields['about'] : '',
    tenants: list(fields['tenants'] ?? ['corp'], `${name}: tenants`).map(String),
    draw: Object.fromEntries(
      draws.map(([key, value]) => [key, mapping(value, `${name}: draw ${key}`)]),
    ),
    steps: list(fields['steps'] ?? [], `${name}: steps`).map((step, index) =>
      stepFrom(step, `${name}: step ${index + 1}`),
    ),
  };
}

/** `- wait: { for: 2d }`, with `technique`, `attacker` and `attack` beside the verb. */
function stepFrom(value: unknown, where: string): Step {
  const { technique, attacker, attack, ...rest } = mapping(value, where);
  const [[verb, values] = [], ...more] = Object.entries(rest);
  if (verb === undefined || more.length > 0) {
    throw new ScenarioError('wrong', `${where}: write one verb with its parameters.`);
  }
  if (technique !== undefined && !isTechnique(technique)) {
    const given = JSON.stringify(technique);
    throw new ScenarioError('wrong', `${where}: ${given} is not a technique (T1110.003).`);
  }
  return {
    verb,
    values: mapping(values ?? {}, `${where}: ${verb}`),
    technique,
    isAttacker: attacker !== false,
    attack: typeof attack === 'string' ? attack : undefined,
  };
}

function isTechnique(value: unknown): value is string {
  return typeof value === 'string' && /^T\d{4}(?:\.\d{3})?$/.test(value);
}

function mapping(value: unknown, where: string): Values {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  throw new ScenarioError('wrong', `${where}: write names and values.`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ScenarioError('wrong', `${where}: write a list.`);
}
