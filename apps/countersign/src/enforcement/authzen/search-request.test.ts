import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { PAGE_TOKEN_CHARACTERS_MAX } from './limits.ts';
import { tokenFor } from './page-token.ts';
import { searchOf } from './search-request.ts';

const ALICE = { type: 'user', id: 'alice' };
const READ = { name: 'read' };
const RECORD = { type: 'record', id: 'record-1' };
const WHO = { subject: { type: 'user' }, action: READ, resource: RECORD };

describe('a search', () => {
  test('ignores the id of the searched entity', () => {
    const { question } = searchOf('subject', { ...WHO, subject: ALICE });
    assert.ok(question.searched === 'subject');
    assert.deepEqual(question.subject, { type: 'user' });
  });

  test('for actions needs no action', () => {
    const { question } = searchOf('action', { subject: ALICE, resource: RECORD, action: READ });
    assert.equal('action' in question, false);
  });

  test('names the missing member', () => {
    assert.throws(() => searchOf('subject', { action: READ, resource: RECORD }), /subject is/);
    assert.throws(() => searchOf('subject', { ...WHO, resource: { type: 'record' } }), /\.id is/);
    assert.throws(() => searchOf('resource', { ...WHO, subject: { type: 'user' } }), /\.id is/);
    assert.throws(() => searchOf('action', { subject: ALICE }), /resource is missing/);
  });

  test('continues after a page, with or without the limit of the first', () => {
    const first = searchOf('subject', { ...WHO, page: { limit: 2 } });
    const token = tokenFor(first.question, 'bob');
    for (const page of [{ token }, { token, limit: 2 }]) {
      assert.equal(searchOf('subject', { ...WHO, page }).page.after, 'bob');
    }
    // Members in another order are the same question.
    const { subject, action, resource } = WHO;
    const same = { resource, action, subject, page: { token } };
    assert.equal(searchOf('subject', same).page.after, 'bob');
  });

  test('refuses the token of another search', () => {
    const token = tokenFor(searchOf('subject', WHO).question, 'bob');
    const others = [
      { ...WHO, action: { name: 'write' } },
      { ...WHO, resource: { ...RECORD, id: 'record-2' } },
      { ...WHO, context: { a: 1 } },
    ];
    for (const other of others) {
      assert.throws(() => searchOf('subject', { ...other, page: { token } }), /another search/);
    }
    const sideways = { ...WHO, subject: ALICE, page: { token } };
    assert.throws(() => searchOf('resource', sideways), /another search/);
  });

  test('refuses invalid pages', () => {
    for (const page of ['x', { limit: -1 }, { limit: 1.5 }, { limit: '2' }, { token: 7 }]) {
      assert.throws(() => searchOf('subject', { ...WHO, page }), /^EndpointError: page/);
    }
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (token) => {
        assert.throws(() => searchOf('subject', { ...WHO, page: { token } }), /page\.token/);
      }),
      runs(100),
    );
  });

  test('refuses a token that is longer than any that Countersign issues', () => {
    const { question } = searchOf('subject', WHO);
    const token = tokenFor(question, 'x'.repeat(PAGE_TOKEN_CHARACTERS_MAX));
    assert.throws(() => searchOf('subject', { ...WHO, page: { token } }), /is unknown/);
  });

  test('carries any id from one page to the next', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (id) => {
        const token = tokenFor(searchOf('subject', WHO).question, id);
        assert.equal(searchOf('subject', { ...WHO, page: { token } }).page.after, id);
      }),
      runs(100),
    );
  });
});
