import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { ISSUER, RECEIVER, testKey } from '../testing/ssf-world.ts';
import { EVENT_TYPES } from './security-event.ts';
import { SigningKeys } from './security-event-token.ts';
import { opaque } from './subject-identifier.ts';

describe('signing keys', () => {
  test('roll: the first one signs, and all are published', async () => {
    const [one, two] = [testKey(), testKey()];
    const before = await SigningKeys.of([{ file: 'one', pem: one }]);
    const after = await SigningKeys.of([
      { file: 'two', pem: two },
      { file: 'one', pem: one },
    ]);
    const claims = {
      iss: ISSUER,
      aud: RECEIVER.audience,
      jti: 'j',
      iat: 1,
      txn: 't',
      sub_id: opaque('x'),
      events: { [EVENT_TYPES.sessionRevoked]: {} },
    };
    const jwks = createLocalJWKSet(after.jwks);
    for (const keys of [before, after]) await jwtVerify(await keys.sign(claims), jwks);
    assert.equal(after.jwks.keys.length, 2);
    assert.doesNotMatch(JSON.stringify(after.jwks), /"d"|"p"|"q"/);
  });

  test('refuses weak, unsuitable and missing keys without quoting them', async () => {
    const bad = [testKey(1024), 'hush-4f6b', '-----BEGIN PRIVATE KEY-----\nhush\n'];
    for (const pem of bad) {
      await assert.rejects(SigningKeys.of([{ file: 'ssf.pem', pem }]), (error: Error) => {
        assert.match(error.message, /signing key ssf\.pem/);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      });
    }
  });
});
