import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsNamed } from './short-id.ts';

const IDS = ['incident-7bef14b7e54736cc', 'incident-7bef99b7e54736cc', 'incident-cc74e5dd6fbd8af0'];

test('an id is accepted whole, by its prefix, or without its middle', () => {
  const [first = '', second = ''] = IDS;
  assert.deepEqual(idsNamed(first, IDS), [first]);
  assert.deepEqual(idsNamed(` ${first.toUpperCase()} `, IDS), [first]);
  assert.deepEqual(idsNamed('incident-cc', IDS), [IDS[2]]);
  assert.deepEqual(idsNamed('inci…8af0', IDS), [IDS[2]]);
  assert.deepEqual(idsNamed('inci...8af0', IDS), [IDS[2]]);
  assert.deepEqual(idsNamed('incident-7bef', IDS), [first, second], 'both, if the text fits both');
  assert.deepEqual(idsNamed('inc', IDS), [], 'too short a part names nothing');
  assert.deepEqual(idsNamed('…', IDS), []);
});

test('a whole id wins over longer ids that start with it; case matters', () => {
  assert.deepEqual(idsNamed('stream', ['stream', 'stream/volume']), ['stream']);
  assert.deepEqual(idsNamed('AbCdEf', ['abcdef', 'AbCdEf']), ['AbCdEf']);
});
