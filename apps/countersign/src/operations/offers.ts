/**
 * Where the interface offers an operation, if not at `/NAME/OF/IT`. Names in braces are members of
 * the input.
 */
export const PLACES: Readonly<Record<string, `${Method} /${string}`>> = {
  'findings show': 'GET /findings/{id}',
  'findings mark': 'PATCH /findings/{id}',
  'findings story': 'GET /incidents/{id}/story',
  'findings mark-incident': 'PATCH /incidents/{id}',
  'findings incidents': 'GET /incidents',
  'findings incident': 'GET /incidents/{id}',
  'rules status': 'GET /rules',
  timeline: 'GET /events',
  query: 'POST /query',
  'ledger entries': 'GET /entries',
  show: 'GET /entries/{entry}',
  'ledger prove': 'GET /entries/{entry}/proof',
  'ledger checkpoint': 'GET /ledger/checkpoint',
  'ledger checkpoints': 'GET /ledger/checkpoints',
  'ledger erasures': 'GET /ledger/erasures',
  'ledger hold list': 'GET /ledger/holds',
  'ledger hold': 'POST /ledger/holds',
  'ledger hold release': 'POST /ledger/holds/release',
  'ledger erase': 'POST /ledger/erasures',
  'ledger witness': 'POST /ledger/witnessing',
  'evidence export': 'POST /evidence',
  statement: 'POST /statements',
  'people list': 'GET /people',
  'apps list': 'GET /apps',
  'apps show': 'GET /apps/{app}',
  requests: 'GET /vendor-requests',
  'reconcile list': 'GET /reconcile/unaccounted',
  decide: 'POST /decisions',
  'decisions list': 'GET /decisions',
  'decisions show': 'GET /decisions/{id}',
  'decide preview': 'POST /decisions/preview',
  'policy show': 'GET /policies',
  'policy check': 'POST /policies/check',
  'policy test': 'POST /policies/test',
  'policy replay': 'POST /policies/replay',
  'passes list': 'GET /passes',
  'passes end': 'POST /passes/{pass}/end',
  'passkeys list': 'GET /passkeys',
  'passkeys revoke': 'POST /passkeys/{passkey}/revoke',
  'bypass list': 'GET /bypasses',
  'import quarantined': 'POST /quarantine/retry',
  'feeds list': 'GET /deliveries',
  'feeds pause': 'POST /feeds/{feed}/pause',
  'feeds replay': 'POST /feeds/{feed}/replay',
  'feeds resume': 'POST /feeds/{feed}/resume',
  'feeds test': 'POST /feeds/{feed}/test',
  gate: 'POST /gates',
  'gate list': 'GET /gates',
  'operators list': 'GET /operators',
  'operators roles': 'GET /operators/roles',
  'operators audit': 'GET /operators/accesses',
  'operators revoke': 'POST /operators/{operator}/revoke',
  'operators restore': 'POST /operators/{operator}/restore',
  'tokens create': 'POST /tokens',
  'tokens list': 'GET /tokens',
  'tokens revoke': 'POST /tokens/{token}/revoke',
};

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const LOCAL_FILES = 'it reads files of the machine that asks: use the command line there';
const THIS_MACHINE = 'it is about the machine on which it runs: use the command line there';
const LOCAL_KEY = 'it signs with a key that stays with its owner: use the command line there';

/** Operations that only the command line offers, and why. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  'rules test': LOCAL_FILES,
  'rules backtest': LOCAL_FILES,
  'policy use': LOCAL_FILES,
  'policy export': LOCAL_FILES,
  conformance: LOCAL_FILES,
  import: LOCAL_FILES,
  doctor: THIS_MACHINE,
  reload: THIS_MACHINE,
  backup: LOCAL_FILES,
  restore: LOCAL_FILES,
  health: LOCAL_FILES,
  'bypass request': LOCAL_KEY,
  'bypass approve': LOCAL_KEY,
  'bypass undo': LOCAL_KEY,
  'passkeys invite': LOCAL_KEY,
  'passkeys approve': LOCAL_KEY,
  'evidence verify': 'a proof is worth what the verifier runs: verify on your own machine',
  'operators link': 'it needs the account that owns the data folder: use the command line there',
  rebuild: 'it needs the ledger for itself: stop the service and use the command line',
  'ledger rotate-key': 'it needs the ledger for itself: stop the service and use the command line',
};

/**
 * Operations whose answer is whole for a caller that may see only some tenants. The others name
 * data of every tenant, so such a caller may not run them.
 */
export const BY_TENANT: ReadonlySet<string> = new Set([
  'findings',
  'apps list',
  'apps show',
  'decisions list',
  'people list',
  'search',
  'overview',
  'timeline',
  'tail',
  'coverage',
  'coverage holes',
  'quota',
  'canaries',
  'verified',
  'reconcile',
  'reconcile list',
]);

/**
 * Operations that show raw bytes or run the caller's own expressions over them. No replacement of
 * names is safe there, so a caller who sees pseudonyms may not run them.
 */
export const NEEDS_NAMES: ReadonlySet<string> = new Set(['show', 'query', 'evidence export']);

/** `findings show` → `findingsShow`. Names of operations are stable, so clients can rely on it. */
export function operationIdOf(name: string): string {
  return name.replaceAll(/[ -]+(\w)/g, (_, letter: string) => letter.toUpperCase());
}
/**
 * Operations whose answer names no person whose data is recorded. Operators are shown by name,
 * because these answers are about them. The answer must arrive as it is: the header of a proof
 * (`c2sp.org/tlog-proof@v1`) has the form of an address, and a changed proof does not verify.
 */
export const NAMES_NO_ONE: ReadonlySet<string> = new Set([
  'check-tenant',
  'configuration',
  'inventory',
  'ledger checkpoint',
  'ledger checkpoints',
  'ledger entries',
  'ledger fsck',
  'ledger prove',
  'operators list',
  'operators restore',
  'operators revoke',
  'operators roles',
  'requests',
  'tokens create',
]);

/**
 * Operations about one person, and the member of their input that names the person. Callers with a
 * limit to groups of people may run these only.
 */
export const PERSON_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['statement', 'who'],
  ['timeline', 'user'],
  ['passkeys list', 'person'],
]);

/** In answers with pseudonyms, the members that name operators, who are shown. */
export const SHOWN_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['operators audit', ['by']],
]);

/**
 * Operations whose reply holds a secret. It is neither stored for a repeated request, nor
 * compressed: CRIME and BREACH read secrets from the length of a reply.
 */
export const SECRET_REPLY: ReadonlySet<string> = new Set(['tokens create']);
