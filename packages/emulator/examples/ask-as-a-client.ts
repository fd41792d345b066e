/** Advances a tenant of 20 people by three hours, and reads its audit log as a client does. */
import { startEmulator } from '@countersign/emulator';

const HOUR_MS = 3_600_000;
const FEED = 'activity/feed';

const emulator = await startEmulator({
  startMs: Date.UTC(2026, 2, 2, 8),
  subscribed: 'before',
  tenants: [{ people: 20 }],
});
await emulator.advance(3 * HOUR_MS);

const tenantId = emulator.tenants[0]?.tenantId ?? '';
const { login = '', manage = '' } = emulator.origins;
const { clientId, clientSecret } = emulator.credentials;

const answer = await fetch(`${login}/${tenantId}/oauth2/v2.0/token`, {
  method: 'POST',
  body: new URLSearchParams({
    ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
    scope: 'https://manage.office.com/.default',
  }),
});
const { access_token: token } = (await answer.json()) as { access_token: string };
const headers = { authorization: `Bearer ${token}` };
const query = 'contentType=Audit.AzureActiveDirectory';
const url = `${manage}/api/v1.0/${tenantId}/${FEED}/subscriptions/content?${query}`;
const content = (await (await fetch(url, { headers })).json()) as { contentUri: string }[];
let records = 0;
for (const { contentUri } of content) {
  records += ((await (await fetch(contentUri, { headers })).json()) as unknown[]).length;
}
console.log(`${content.length} blobs with ${records} records`);
await emulator.stop();
if (records === 0 || emulator.defects.length > 0) throw new Error('the emulator gave no records');
