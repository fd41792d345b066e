import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERACTIVE_ONLY, leftOutCode, leftOutOf } from './unread-parts.ts';

test('a code says what was left out, and no other does', () => {
  const names = ['servicePrincipal', 'managedIdentity'];
  assert.deepEqual(leftOutOf(leftOutCode(names)), names);
  assert.deepEqual(leftOutOf(INTERACTIVE_ONLY), ['nonInteractiveUser', ...names]);
  for (const other of [null, '', 'quarantined', 'gone', 'types-not-asked-for']) {
    assert.equal(leftOutOf(other), undefined, String(other));
  }
});

test('where a ledger says that types were left out and not which, any may have been', () => {
  const all = ['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity'];
  assert.deepEqual(leftOutOf('types-not-asked'), all);
});
