import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import type { Caller, Grant } from './caller.ts';
import { excessScopes } from './delegation.ts';

const EAST = '11111111-1111-1111-1111-111111111111' as TenantId;

function operator(...grants: readonly Grant[]): Caller {
  return {
    ...{ kind: 'operator', who: 'operator ada', tenants: 'all', people: 'pseudonyms', grants },
    scopes: new Set(grants.map(({ scope }) => scope)),
    provedAtMs: 0,
  };
}

const everywhere = { tenants: 'all', groups: undefined } as const;

test('a token gets no scope that its creator lacks', () => {
  const ada = operator({ scope: 'operators:administer', ...everywhere });
  const scope = ['operators:administer', 'feeds:read'];
  assert.deepEqual(excessScopes(ada, { scope }), ['feeds:read']);
});

test('a limit of the creator limits the token', () => {
  const ada = operator(
    { scope: 'events:read', tenants: new Set([EAST]), groups: undefined },
    { scope: 'people:read', tenants: 'all', groups: new Set(['Legal']) },
  );
  const scope = ['events:read', 'people:read'];
  assert.deepEqual(excessScopes(ada, { scope }), scope);
  assert.deepEqual(excessScopes(ada, { scope, tenants: [], groups: [] }), scope);
  assert.deepEqual(excessScopes(ada, { scope, tenants: [EAST], groups: ['Legal'] }), []);
  assert.deepEqual(excessScopes(ada, { scope, tenants: [EAST], groups: ['Legal', 'IT'] }), [
    'people:read',
  ]);
});

test('the account that owns the data folder may give everything', () => {
  const { grants: _, ...account } = operator();
  assert.deepEqual(excessScopes({ ...account, scopes: 'all' }, { scope: ['feeds:read'] }), []);
});
