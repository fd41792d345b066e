import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Directory } from '@countersign/policy';
import { PlainDirectory } from '@countersign/policy/testing/plain-directory';
import {
  REPORTED_MS,
  REPORTED_TENANT,
  reported,
  type SignInChanges,
} from '../testing/reported-sign-ins.ts';
import { ReportedDevices } from './reported-devices.ts';

const SEEN_MS = REPORTED_MS - 3_600_000;
const KNOWN = new PlainDirectory(
  {
    'Device::laptop': {
      attributes: { compliant: true, managed: true, name: 'Laptop' },
      within: { Group: ['it'] },
    },
    'Person::laptop': { attributes: { compliant: true } },
  },
  SEEN_MS,
);

function seen(changes: SignInChanges, directory: Directory = KNOWN): ReportedDevices {
  return new ReportedDevices(directory, reported({ device: 'laptop', ...changes }));
}

test('a device has the properties of the sign-in, otherwise those of the directory', () => {
  const facts = seen({ detail: { isCompliant: false } }).find(REPORTED_TENANT, 'Device', 'laptop');
  assert.equal(facts?.id, 'laptop');
  assert.deepEqual(facts?.attribute('compliant'), {
    ...{ value: false, source: 'sign-in record', seenMs: REPORTED_MS },
  });
  const said = (value: unknown) => ({ value, source: 'plain', seenMs: SEEN_MS });
  assert.deepEqual(facts?.attribute('managed'), said(true));
  assert.deepEqual(facts?.attribute('name'), said('Laptop'));
  assert.equal(facts?.attribute('toString'), undefined);
  assert.deepEqual([...(facts?.within('Group')?.value ?? [])], ['it']);
  assert.equal(facts?.within('Team'), undefined);
});

test('finds a device that only the sign-in names', () => {
  const none = new PlainDirectory({}, SEEN_MS);
  const facts = seen({ detail: { isManaged: true } }, none).find(
    REPORTED_TENANT,
    'Device',
    'laptop',
  );
  assert.equal(facts?.id, 'laptop');
  assert.equal(facts?.attribute('managed')?.value, true);
  assert.equal(facts?.attribute('compliant'), undefined);
  assert.equal(facts?.within('Group'), undefined);
});

test('adds nothing else: no other device, no person, and nothing without detail', () => {
  const detail = { isCompliant: false };
  assert.equal(seen({ detail }).find(REPORTED_TENANT, 'Device', 'phone'), undefined);
  const person = seen({ detail }).find(REPORTED_TENANT, 'Person', 'laptop');
  assert.equal(person?.attribute('compliant')?.value, true);
  const bare = seen({ detail: null }).find(REPORTED_TENANT, 'Device', 'laptop');
  assert.equal(bare?.attribute('compliant')?.value, true);
});

test('leaves the rest of the directory unchanged', () => {
  const listing = { value: null, source: 'graph', seenMs: SEEN_MS };
  const networks = { value: ['192.0.2.0/24'], source: 'register', seenMs: SEEN_MS };
  const directory: Directory = {
    find: () => undefined,
    completeListing: (tenant, type) =>
      tenant === REPORTED_TENANT && type === 'Wave' ? listing : undefined,
    networks: (tenant, address) =>
      tenant === REPORTED_TENANT && address === '192.0.2.7' ? networks : undefined,
  };
  const devices = seen({}, directory);
  assert.equal(devices.completeListing(REPORTED_TENANT, 'Wave'), listing);
  assert.equal(devices.networks(REPORTED_TENANT, '192.0.2.7'), networks);
});
