/**
 * Prints what a service covers, and whether that is all. Without COUNTERSIGN_URL it asks a small
 * service on this machine, which replies with two pages.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@countersign/client';

const FIRST = {
  items: [{ source: 'm365.activity/Audit.Exchange', workload: 'Exchange', state: 'collected' }],
  complete: { kind: 'yes', because: [] },
  asOf: null,
  next: 'page-2',
  notices: [],
};
const LAST = {
  items: [{ source: 'm365.activity/Audit.SharePoint', workload: 'SharePoint', state: 'lost' }],
  complete: { kind: 'unknown', because: [{ code: 'lost', text: 'records of 3 March are lost' }] },
  asOf: null,
  next: null,
  notices: [],
};

const example = createServer((request, response) => {
  const page = request.url?.includes('cursor=page-2') === true ? LAST : FIRST;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(page));
});
await new Promise<void>((resolve) => example.listen(0, '127.0.0.1', resolve));
const { port } = example.address() as AddressInfo;

const client = new Client({
  url: process.env['COUNTERSIGN_URL'] ?? `http://127.0.0.1:${port}`,
  token: () => process.env['COUNTERSIGN_TOKEN'] ?? '',
});
const coverage = client.list('coverage', {});
for await (const { source, state } of coverage) console.log(`${source}: ${state}`);

const { kind, because } = coverage.complete;
console.log(`complete: ${kind}`);
for (const { text } of because) console.log(`  ${text}`);
example.closeAllConnections();
example.close();
