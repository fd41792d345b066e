import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERACTIVE_ONLY, leftOutCode, leftOutOf } from './unread-parts.ts';

test('only a code for omitted parts names omitted parts', () => {
  const names = ['servicePrincipal', 'managedIdentity'];
  assert.deepEqual(leftOutOf(leftOutCode(names)), names);
  assert.deepEqual(leftOutOf(INTERACTIVE_ONLY), ['nonInteractiveUser', ...names]);
  for (const other of [null, '', 'quarantined', 'gone', 'types-not-asked-for']) {
    assert.equal(leftOutOf(other), undefined, String(other));
  }
});

test('a code without names stands for every sign-in type', () => {
  const all = ['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity'];
  assert.deepEqual(leftOutOf('types-not-asked'), all);
});
