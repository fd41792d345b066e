import {
  type DocumentProblem,
  invalidConfig,
  parseYaml,
  problemsOf,
  readYaml,
  type SourceText,
  type YamlDocument,
} from '@countersign/yaml-document';
import type { Config, Inventory } from './config.ts';
import type { ConfigEnvironment } from './config-environment.ts';
import { configSchema, inventorySchema } from './config-schema.ts';
import { isLoopback } from './scalar-values.ts';

/** Member names before 0.1.0. Errors suggest the new name to the owner of an old file. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([
  ['estate', 'inventory'],
  ['drain', 'bypass'],
  ['doors', 'enforcementPoints'],
  ['door', 'enforcementPoint'],
  ['licences', 'licenses'],
]);

/**
 * Reads a configuration and the tenant list that `inventory` names.
 * @throws DocumentError CONFIG_INVALID with every problem of both files
 */
export function parseConfig(
  given: SourceText,
  world: ConfigEnvironment,
  readInventory: (path: string) => SourceText,
): Config {
  const document = readYaml(given.file, given.text);
  const schema = configSchema(world);
  const parsed = schema.safeParse(document.value);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error.issues, document, schema, FORMER_NAMES)),
    ...crossProblems(document),
  ];
  const inventory = inventoryOf(document, world, readInventory, problems);
  if (problems.length > 0 || !parsed.success) throw invalidConfig(problems);
  return { ...parsed.data, inventory };
}

/** @throws DocumentError CONFIG_INVALID */
function parseInventory(given: SourceText): Inventory {
  return parseYaml(given, inventorySchema(), (document) =>
    twice(document, ['tenants'], 'partners'),
  );
}

function inventoryOf(
  document: YamlDocument,
  world: ConfigEnvironment,
  readInventoryFile: (path: string) => SourceText,
  problems: DocumentProblem[],
): Inventory | undefined {
  const path = memberOf(document.value, 'inventory');
  if (typeof path !== 'string') return undefined;
  const at = world.resolve(path);
  if (world.kindOf(at) !== 'file') {
    problems.push(document.problemAt(['inventory'], `"${at}" does not exist: check the path`));
    return undefined;
  }
  try {
    const inventory = parseInventory(readInventoryFile(at));
    problems.push(...notOwned(document, inventory));
    return inventory;
  } catch (error) {
    const found = (error as { problems?: readonly DocumentProblem[] }).problems;
    if (found === undefined) throw error;
    problems.push(...found);
    return undefined;
  }
}

/** Problems that involve several members. The document may have other problems too. */
function crossProblems(document: YamlDocument): DocumentProblem[] {
  const problems = [...twice(document, ['tenants']), ...sharedIdentities(document)];
  const listen = memberOf(document.value, 'listen');
  const host = typeof listen === 'string' ? /^(?:\[(.*)\]|([^:]*)):/.exec(listen) : null;
  const isHere = host === null || isLoopback(host[1] ?? host[2] ?? '');
  if (!isHere && memberOf(document.value, 'reach') !== 'network') {
    const what =
      'is an address that other machines reach, and callers are not authenticated: write ' +
      '127.0.0.1, or "reach: network" if a proxy in front authenticates them';
    problems.push(document.problemAt(['listen'], what));
  }
  return problems;
}

/** A canary must not share an identity with a collector, because collectors must stay read-only. */
function sharedIdentities(document: YamlDocument): DocumentProblem[] {
  const tenants = memberOf(document.value, 'tenants');
  if (!Array.isArray(tenants)) return [];
  const reading = new Set(tenants.map(clientIdOf).filter((id) => id !== undefined));
  return tenants.flatMap((tenant: unknown, at) => {
    const id = clientIdOf(memberOf(tenant, 'canary'));
    if (id === undefined || !reading.has(id)) return [];
    const what = 'is an identity that collects: use another one for canaries, because they write';
    return [document.problemAt(['tenants', at, 'canary', 'credentials', 'clientId'], what)];
  });
}

function clientIdOf(owner: unknown): string | undefined {
  const id = memberOf(memberOf(owner, 'credentials'), 'clientId');
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

function twice(document: YamlDocument, path: readonly string[], other?: string): DocumentProblem[] {
  const seen = new Map<string, string>();
  const lists = other === undefined ? path : [...path, other];
  return lists.flatMap((list) =>
    idsIn(document.value, list).flatMap((id, at) => {
      if (id === undefined) return [];
      const before = seen.get(id);
      if (before === undefined) {
        seen.set(id, `${list}[${at}]`);
        return [];
      }
      const what = `is the id of ${before} as well: keep one of them`;
      return [document.problemAt([list, at, 'id'], what)];
    }),
  );
}

function notOwned(document: YamlDocument, inventory: Inventory): DocumentProblem[] {
  const owned = new Set<string>(inventory.tenants.map(({ id }) => id));
  return idsIn(document.value, 'tenants').flatMap((id, at) => {
    if (id === undefined || owned.has(id)) return [];
    const what = 'is connected but not in the inventory: add it to the inventory';
    return [document.problemAt(['tenants', at, 'id'], what)];
  });
}

function idsIn(value: unknown, list: string): (string | undefined)[] {
  const items = memberOf(value, list);
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const id = memberOf(item, 'id');
    return typeof id === 'string' ? id.toLowerCase() : undefined;
  });
}

function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, member) ? (value as Record<string, unknown>)[member] : undefined;
}
