import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { selfSigned } from './certificate.ts';

test('a generated certificate parses with its stated properties', async () => {
  const { keyPem, certPem } = await selfSigned({
    commonName: 'Sally’s collector',
    validFromMs: Date.UTC(2026, 0, 1),
    validToMs: Date.UTC(2051, 5, 30, 12),
  });
  const read = new X509Certificate(certPem);
  assert.equal(read.subject, 'CN=Sally’s collector');
  assert.equal(read.validFrom, 'Jan  1 00:00:00 2026 GMT');
  assert.equal(read.validTo, 'Jun 30 12:00:00 2051 GMT');
  assert.ok(read.ca);
  assert.equal(read.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(read.checkHost('localhost'), 'localhost');
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(keyPem)));
});
