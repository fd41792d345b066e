import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityKey } from './activity-key.ts';
import {
  bool,
  count,
  list,
  numeric,
  object,
  own,
  pairsOf,
  pairValue,
  text,
  trim,
} from './json-value.ts';
import { createMemo } from './memo.ts';
import { recordTypeOf } from './record-type.ts';

test('a text is trimmed, truncated at its limit, and null if empty', () => {
  assert.equal(text(' a '), 'a');
  assert.equal(text(5), '5');
  assert.equal(text(false), 'false');
  for (const none of ['', '  ', null, undefined, [], {}, Number.NaN])
    assert.equal(text(none), null);
  assert.equal(text('x'.repeat(9000))?.length, 4096);
});

test('every white space around a text is removed, and nothing else', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const edge = String.fromCharCode(code);
    for (const written of [edge, `${edge}a`, `a${edge}`, `a${edge}a`]) {
      assert.equal(trim(written), written.trim());
    }
  }
});

test('reads numbers and booleans from texts', () => {
  assert.equal(numeric(' 12 '), 12);
  assert.equal(numeric(''), null);
  assert.equal(count('-1'), null);
  assert.equal(count('1.5'), null);
  assert.equal(count(1e300), null);
  for (const yes of [true, 'True', 'TRUE', '1', 1, 'Yes']) assert.equal(bool(yes), true);
  for (const no of [false, 'False', '0', 0]) assert.equal(bool(no), false);
  for (const neither of ['maybe', null, [], 2]) assert.equal(bool(neither), null);
});

test('finds a named value in every form of a list of pairs', () => {
  for (const pairs of [
    [
      { Name: 'a', Value: 1 },
      { Name: 'IsThrottled', Value: 'True' },
    ],
    [{ name: 'IsThrottled', value: 'True' }],
    [{ key: 'IsThrottled', value: 'True' }],
    ['@{Value=True; Name=IsThrottled}'],
    '[{"Name":"IsThrottled","Value":"True"}]',
    { IsThrottled: 'True' },
    '{"Name":"IsThrottled","Value":"True"}',
    [null, 5, [], { Name: 'IsThrottled', Value: 'True' }],
  ]) {
    assert.equal(pairValue(pairs, 'IsThrottled'), 'True', JSON.stringify(pairs));
  }
  for (const nothing of [null, undefined, 5, 'x', [], {}, ['@{a=b}']]) {
    assert.equal(pairValue(nothing, 'IsThrottled'), undefined);
  }
});

test('does not find names that every object inherits', () => {
  for (const inherited of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(pairValue({}, inherited), undefined);
    assert.equal(own({}, inherited), undefined);
  }
});

test('a broken JSON text reads as null', () => {
  assert.deepEqual(object('{"a":'), {});
  assert.deepEqual(list('[1,'), []);
  assert.deepEqual(pairsOf('not json'), []);
  assert.deepEqual(list('{"a":1}'), [{ a: 1 }]);
});

test('an activity has one key for all its spellings', () => {
  const key = 'update application - certificates and secrets management';
  for (const spelled of [
    'Update application \u2013 Certificates and secrets management ',
    'Update application \u2014 Certificates and secrets management.',
    'Update  application - certificates and Secrets management',
    'UPDATE APPLICATION - CERTIFICATES AND SECRETS MANAGEMENT',
  ]) {
    assert.equal(activityKey(spelled, createMemo()), key);
  }
  assert.equal(activityKey('Create company', createMemo()), 'create company');
});

test('a record type is a number in every form, including unlisted ones', () => {
  for (const written of [
    15,
    '15',
    'AzureActiveDirectoryStsLogon',
    'azureActiveDirectoryStsLogon',
  ]) {
    assert.equal(recordTypeOf(written), 15);
  }
  assert.equal(recordTypeOf(9999), 9999);
  for (const none of ['', 'nothing like it', null, 1.5, [], {}])
    assert.equal(recordTypeOf(none), null);
});
