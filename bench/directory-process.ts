import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock, tenantId } from '@countersign/core';

/**
 * Fills a directory like a collector does, looks people up, and prints what that took.
 *
 *   node bench/directory-process.ts CHECKOUT PEOPLE
 */
const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const GROUPS = 20_000;
const GROUPS_EACH = 10;
const LOOKUPS = 20_000;

const [root = '', count] = process.argv.slice(2);
const people = Number(count);
const policy = join(root, 'packages', 'policy', 'src', 'index.ts');
const { DirectoryStore, SuiteDirectory } = (await import(
  pathToFileURL(policy).href
)) as typeof import('@countersign/policy');

const store = new DirectoryStore();
const tenant = store.tenant(TENANT);
const origin = { source: 'graph/delta.users', seenMs: systemClock.now() };
const startMs = performance.now();
for (let n = 0; n < people; n++) {
  const row = tenant.put('Person', id(1, n), [nameOf(n)]);
  tenant.set('Person', row, 'enabled', true, origin);
  tenant.set('Person', row, 'userType', 'Member', origin);
  tenant.set('Person', row, 'risk', 'none', origin);
  for (let k = 0; k < GROUPS_EACH; k++) {
    tenant.join('Person', row, 'Group', id(2, (n * 7 + k * 997) % GROUPS), origin);
  }
}
const load = (performance.now() - startMs) / 1000;

const directory = new SuiteDirectory(store);
const beforeMs = performance.now();
for (let n = 0; n < LOOKUPS; n++) {
  const person = directory.find(TENANT, 'Person', nameOf((n * 31) % people));
  if (person?.attribute('risk')?.value !== 'none') throw new Error('the lookup is wrong');
}
const lookup = ((performance.now() - beforeMs) * 1000) / LOOKUPS;
const memory = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ memory, load, lookup }));

function id(kind: number, n: number): string {
  return `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function nameOf(n: number): string {
  return `person.${n}@northmoor.example`;
}
