import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndpointError, type EndpointErrorCode, malformedRequest } from './endpoint-error.ts';

test('maps each refusal to its HTTP status (RFC 9110, 15.5 and 15.6)', () => {
  const statuses: Readonly<Record<EndpointErrorCode, number>> = {
    MALFORMED: 400,
    OTHER_PAGE: 400,
    STRANGER: 401,
    NOT_YOURS: 403,
    UNKNOWN: 404,
    TOO_MANY: 409,
    TOO_LARGE: 413,
    TOO_SOON: 429,
    UNAVAILABLE: 503,
  };
  for (const [code, status] of Object.entries(statuses)) {
    assert.equal(new EndpointError(code as EndpointErrorCode, 'why').status, status, code);
  }
  assert.equal(malformedRequest('why').code, 'MALFORMED');
});
