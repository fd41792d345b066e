/** The packages that each package may import. A package imports another only by its name. */
export const PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ['core', []],
  ['tlog', ['core']],
  ['ledger', ['core', 'tlog']],
  ['ocsf', ['core']],
  ['sigma', ['core']],
  ['m365', ['core']],
  ['coverage', ['core']],
  ['yaml-document', ['core']],
  ['policy', ['core', 'yaml-document']],
  ['emulator', []],
  ['client', []],
]);

/**
 * Entry points of packages besides the whole one. A program that uses one loads fewer modules.
 */
export const ENTRY_POINTS: readonly string[] = [
  'ledger/batches',
  'ledger/reader',
  'm365/files',
  'sigma/match',
];

/** Packages that can be read, built and verified with Node alone. */
export const WITHOUT_NPM: readonly string[] = ['core', 'tlog', 'ledger', 'client'];

const LEAVES = ['config', 'store', 'projection', 'tracing'] as const;
const DOMAIN = ['ingest', 'detection', 'enforcement', 'reconcile', 'eviction', 'posture'] as const;
const VIEWS = ['rollout', 'reports', 'feeds', 'operators'] as const;

/** The packages that the web console may import: it talks only to the HTTP API. */
export const CONSOLE_PACKAGES: readonly string[] = ['client'];

/** The folders of the product, with the folders that each may import. Adapters come last. */
export const APP_FOLDERS: ReadonlyMap<string, readonly string[]> = new Map<
  string,
  readonly string[]
>([
  ['config', []],
  ['store', []],
  ['projection', ['store']],
  ['tracing', ['config']],
  ['ingest', LEAVES],
  ['detection', LEAVES],
  ['enforcement', [...LEAVES, 'detection']],
  ['reconcile', [...LEAVES, 'detection', 'enforcement']],
  ['eviction', [...LEAVES, 'detection', 'enforcement', 'reconcile']],
  ['posture', LEAVES],
  ['rollout', [...LEAVES, ...DOMAIN]],
  ['reports', [...LEAVES, ...DOMAIN, 'rollout']],
  ['feeds', [...LEAVES, 'detection']],
  ['operators', LEAVES],
  ['operations', [...LEAVES, ...DOMAIN, ...VIEWS]],
  ['mcp', [...LEAVES, ...DOMAIN, ...VIEWS, 'operations']],
  ['server', [...LEAVES, ...DOMAIN, ...VIEWS, 'operations', 'mcp']],
  ['demo', [...LEAVES, ...DOMAIN, ...VIEWS, 'operations', 'server']],
  ['cli', [...LEAVES, ...DOMAIN, ...VIEWS, 'operations', 'mcp', 'demo']],
]);

/**
 * Files that may be long because they are tables: types, mappings, codes. They contain no logic.
 */
export const TABLES: readonly string[] = [
  'packages/client/src/generated/routes.ts',
  'packages/client/src/generated/types.ts',
];
