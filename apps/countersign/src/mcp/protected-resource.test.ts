import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerChallenge, protectedResource, protectedResourceUrl } from './protected-resource.ts';

const RESOURCE = 'https://countersign.example/mcp';

test('the metadata names the resource, and a challenge names the metadata (RFC 9728)', () => {
  const document = protectedResource({
    resource: RESOURCE,
    authorizationServers: ['https://login.example/tenant'],
    scopes: ['findings:read'],
  });
  assert.equal(document.resource, RESOURCE);
  assert.deepEqual(document.authorization_servers, ['https://login.example/tenant']);
  const url = 'https://countersign.example/.well-known/oauth-protected-resource/mcp';
  assert.equal(protectedResourceUrl(RESOURCE), url);
  assert.equal(
    protectedResourceUrl('https://countersign.example/'),
    'https://countersign.example/.well-known/oauth-protected-resource',
  );
  assert.equal(bearerChallenge(RESOURCE), `Bearer resource_metadata="${url}"`);
});
