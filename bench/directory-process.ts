import { systemClock, tenantId } from '@countersign/core';
import { DirectoryStore, SuiteDirectory } from '@countersign/policy';

/** Holds a directory of so many people, as collectors fill it, and prints what it takes. */
const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const GROUPS = 20_000;
const GROUPS_EACH = 10;
const LOOKUPS = 20_000;

const people = Number(process.argv[2]);
const id = (kind: number, n: number): string =>
  `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const store = new DirectoryStore();
const tenant = store.tenant(TENANT);
const origin = { source: 'graph/delta.users', seenMs: systemClock.now() };
const startMs = performance.now();
for (let n = 0; n < people; n++) {
  const row = tenant.put('Person', id(1, n), [`person.${n}@northmoor.example`]);
  tenant.set('Person', row, 'enabled', true, origin);
  tenant.set('Person', row, 'userType', 'Member', origin);
  tenant.set('Person', row, 'risk', 'none', origin);
  for (let k = 0; k < GROUPS_EACH; k++) {
    tenant.join('Person', row, 'Group', id(2, (n * 7 + k * 997) % GROUPS), origin);
  }
}
for (const type of ['Group', 'Role', 'Wave']) tenant.tell(type, origin);
const load = (performance.now() - startMs) / 1000;

const directory = new SuiteDirectory(store);
const beforeMs = performance.now();
for (let n = 0; n < LOOKUPS; n++) {
  const facts = directory.find(TENANT, 'Person', `person.${(n * 31) % people}@northmoor.example`);
  if (facts?.attribute('wave')?.value !== 'none') throw new Error('the look-up is wrong');
}
const lookup = ((performance.now() - beforeMs) * 1000) / LOOKUPS;
const memory = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ memory, load, lookup }));
