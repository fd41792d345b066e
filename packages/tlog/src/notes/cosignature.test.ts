import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { testKey } from '../testing/memory-log.ts';
import { cosignatureSigner, cosignatureTime } from './cosignature.ts';
import { verifierOf } from './signature-types.ts';

const TEXT = 'log.example/one\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n';
const KEY = testKey('witness');
const clock = new ManualClock(1_700_000_000_999);
const signer = cosignatureSigner('witness.example', KEY, clock);
const verifier = verifierOf(signer.key.vkey);

test('signs the message that tlog-cosignature defines, with the time before the signature', () => {
  const { payload } = signer.sign(TEXT);
  const message = Buffer.from(`cosignature/v1\ntime 1700000000\n${TEXT}`);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_700_000_000n);
  assert.deepEqual(payload, Buffer.concat([time, sign(null, message, KEY)]));
  assert.equal(cosignatureTime(payload), 1_700_000_000);
  assert.equal(signer.key.type, 0x04);
});

test('verifies what it signed and refuses everything else', () => {
  const { payload } = signer.sign(TEXT);
  assert.ok(verifier.verify(TEXT, payload));
  assert.equal(verifier.verify(TEXT.replace('extension', 'Extension'), payload), false);
  for (let at = 0; at < payload.length; at++) {
    const changed = Buffer.from(payload);
    changed[at] = (changed[at] as number) ^ 1;
    assert.equal(verifier.verify(TEXT, changed), false, `byte ${at}`);
  }
  for (const length of [0, 7, 8, 64, 71]) {
    assert.equal(verifier.verify(TEXT, payload.subarray(0, length)), false);
  }
  assert.equal(verifier.verify(TEXT, Buffer.concat([payload, Buffer.alloc(1)])), false);
});

test('does not accept a plain signature as a cosignature, or the reverse', () => {
  const plain = sign(null, Buffer.from(TEXT), KEY);
  assert.equal(verifier.verify(TEXT, Buffer.concat([Buffer.alloc(8), plain])), false);
});

test('refuses times past 2^63 - 1 even with a valid signature', () => {
  const time = Buffer.alloc(8, 0xff);
  const message = Buffer.from(`cosignature/v1\ntime ${time.readBigUInt64BE()}\n${TEXT}`);
  assert.equal(verifier.verify(TEXT, Buffer.concat([time, sign(null, message, KEY)])), false);
});

test('signs with a private Ed25519 key only', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const key of [publicKey, privateKey]) {
    assert.throws(() => cosignatureSigner('w', key, clock), { code: 'MALFORMED_KEY' });
  }
});
