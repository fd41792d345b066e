import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { listenOption, tenantOption } from './parse-options.ts';

test('a tenant is a GUID, and becomes lower case', () => {
  const guid = 'A8F9B2C4-0000-4000-8000-00000000000F';
  assert.equal(tenantOption(guid), guid.toLowerCase());
  assert.throws(() => tenantOption('contoso'), InvalidArgumentError);
});

test('a port alone means loopback', () => {
  assert.deepEqual(listenOption('8080'), { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(listenOption('0.0.0.0:0'), { host: '0.0.0.0', port: 0 });
  assert.deepEqual(listenOption('[::1]:443'), { host: '::1', port: 443 });
  for (const bad of ['', 'host', 'host:', 'a:b:1', '1.2.3.4:65536', '::1:80']) {
    assert.throws(() => listenOption(bad), InvalidArgumentError);
  }
});
