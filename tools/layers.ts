/** The order in which data flows. A folder of `src` may import only what its line names. */
export const LAYERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['core', []],
  ['config', ['core']],
  ['intake', ['core']],
  ['ledger', ['core']],
  ['coverage', ['core', 'ledger']],
  ['ocsf', ['core']],
  ['books', ['core', 'ledger', 'coverage', 'ocsf']],
  ['access', ['core', 'config', 'ledger', 'coverage', 'ocsf', 'books']],
  ['reconcile', ['core', 'ledger', 'coverage', 'ocsf', 'books', 'access']],
  ['detect', ['core', 'ledger', 'coverage', 'ocsf', 'books', 'access', 'reconcile']],
  [
    'incident',
    ['core', 'config', 'ledger', 'coverage', 'ocsf', 'books', 'access', 'reconcile', 'detect'],
  ],
  ['bar', ['core', 'config', 'coverage']],
  ['rollout', ['core', 'config', 'coverage', 'books', 'reconcile', 'detect', 'incident', 'bar']],
  [
    'pipeline',
    [
      ...['core', 'config', 'intake', 'ledger', 'coverage', 'ocsf', 'books'],
      ...['access', 'reconcile', 'detect', 'incident', 'bar', 'rollout'],
    ],
  ],
  [
    'api',
    [
      ...['core', 'config', 'intake', 'ledger', 'coverage', 'ocsf', 'books'],
      ...['access', 'reconcile', 'detect', 'incident', 'bar', 'rollout', 'pipeline'],
    ],
  ],
  [
    'cli',
    [
      ...['core', 'config', 'intake', 'ledger', 'coverage', 'ocsf', 'books'],
      ...['access', 'reconcile', 'detect', 'incident', 'bar', 'rollout', 'pipeline', 'api'],
    ],
  ],
]);

/** These can be read, built and verified with Node alone. */
export const WITHOUT_NPM: readonly string[] = ['core', 'ledger'];

/** Long because they are tables: types, mappings, codes. Nothing that decides belongs here. */
export const TABLES: readonly string[] = [];
