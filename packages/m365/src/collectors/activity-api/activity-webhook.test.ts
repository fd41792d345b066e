import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, tenantId } from '@countersign/core';
import { Secret } from '../../auth/secret.ts';
import { ActivityWebhook, type WebhookOutcome } from './activity-webhook.ts';

const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const CLIENT = '66666666-7d2a-4f6b-9c3d-2e8a61f0b794';
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const EXCHANGE = 'Audit.Exchange';
const SHAREPOINT = 'Audit.SharePoint';

function begin(): { webhook: ActivityWebhook; clock: ManualClock } {
  const clock = new ManualClock(NOW_MS);
  const webhook = new ActivityWebhook({
    ...{ address: 'https://hooks.northmoor.example/countersign', clock, tenant: TENANT },
    ...{ secret: new Secret('hush'), clientId: CLIENT, contentTypes: [EXCHANGE, SHAREPOINT] },
  });
  return { webhook, clock };
}

function notify(
  webhook: ActivityWebhook,
  authId: string,
  ...ids: readonly string[]
): WebhookOutcome {
  const items = ids.map((contentId) => ({
    ...{ tenantId: TENANT.toUpperCase(), clientId: CLIENT, contentType: EXCHANGE, contentId },
    contentCreated: '2026-03-02T08:59:00.000Z',
  }));
  const body = Buffer.from(JSON.stringify(items));
  return webhook.receive({ authId, validationCode: undefined, body });
}

test('each content type has its own auth id, and another secret gives other ids', () => {
  const { webhook } = begin();
  assert.notEqual(webhook.authIdOf(EXCHANGE), webhook.authIdOf(SHAREPOINT));
  assert.doesNotMatch(webhook.authIdOf(EXCHANGE), /hush/);
});

test('repeated content is not a hint; later it is a replay', () => {
  const { webhook, clock } = begin();
  const authId = webhook.authIdOf(EXCHANGE);
  assert.equal(notify(webhook, authId, 'a', 'b').kind, 'hint');
  assert.equal(notify(webhook, authId, 'a').kind, 'repeated');
  clock.advance(600_001);
  assert.deepEqual(notify(webhook, authId, 'b', 'a'), {
    kind: 'refused',
    because: 'it is a replay',
  });
  assert.equal(notify(webhook, authId, 'b', 'c').kind, 'hint');
});

test('an intercepted auth id of one content type is refused for others', () => {
  const { webhook } = begin();
  const heard = notify(webhook, webhook.authIdOf(SHAREPOINT), 'a');
  assert.deepEqual(heard, {
    kind: 'refused',
    because: 'its auth id belongs to another content type',
  });
});

test('a validation is answered only while it is expected', async () => {
  const { webhook } = begin();
  const authId = webhook.authIdOf(EXCHANGE);
  const validate = (validationCode: string, stated: string): WebhookOutcome['kind'] => {
    const body = Buffer.from(JSON.stringify({ validationCode: stated }));
    return webhook.receive({ authId, validationCode, body }).kind;
  };
  assert.equal(validate('x', 'x'), 'refused');
  await webhook.whileValidating(EXCHANGE, async () => {
    assert.equal(validate('x', 'y'), 'refused');
    assert.equal(validate('x', 'x'), 'validated');
  });
  assert.equal(validate('x', 'x'), 'refused');
});

test('a hint that arrives before a caller waits is kept', async () => {
  const { webhook } = begin();
  notify(webhook, webhook.authIdOf(EXCHANGE), 'a');
  await webhook.nextHint(new AbortController().signal);
  const stop = new AbortController();
  const waiting = webhook.nextHint(stop.signal);
  stop.abort();
  await waiting;
});
