import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import {
  indexArgument,
  indicesArgument,
  instantOption,
  listenOption,
  oneOf,
  tenantOption,
} from './parse-options.ts';

test('a date alone is its first instant, UTC', () => {
  assert.equal(instantOption('2024-01-31'), '2024-01-31T00:00:00Z');
  assert.equal(instantOption('2024-01-31T10:00:00+02:00'), '2024-01-31T08:00:00Z');
});

test('a tenant is a GUID, in lower case from then on', () => {
  const guid = 'A8F9B2C4-0000-4000-8000-00000000000F';
  assert.equal(tenantOption(guid), guid.toLowerCase());
});

test('an index is a whole number from 0', () => {
  assert.equal(indexArgument('0'), 0);
  assert.deepEqual(indicesArgument('7', [3]), [3, 7]);
  for (const bad of ['', '-1', '1.5', '1e3', '0x10', '9'.repeat(20)]) {
    assert.throws(() => indexArgument(bad), InvalidArgumentError);
  }
});

test('a port alone listens on loopback', () => {
  assert.deepEqual(listenOption('8080'), { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(listenOption('0.0.0.0:0'), { host: '0.0.0.0', port: 0 });
  assert.deepEqual(listenOption('[::1]:443'), { host: '::1', port: 443 });
  for (const bad of ['', 'host', 'host:', 'a:b:1', '1.2.3.4:65536', '::1:80']) {
    assert.throws(() => listenOption(bad), InvalidArgumentError);
  }
});

test('a value outside its list is refused, with the list', () => {
  assert.equal(oneOf(['json', 'csv'])('csv'), 'csv');
  assert.throws(() => oneOf(['json', 'csv'])('pdf'), /json, csv/);
});
