import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '@countersign/emulator';
import { SEED } from '../../tools/property.ts';
import { askLines, assertFsckClean, importHere } from '../support/account.ts';
import { bodiesOf } from '../support/collection/offered-records.ts';
import { temporaryFolder } from '../support/folders.ts';

const HOUR_MS = 3_600_000;
const root = temporaryFolder('email-records');

type Row = { readonly [member: string]: unknown };

function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return `"${text.replaceAll('"', '""')}"`;
  };
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** Graph's data in the form of `Get-MessageTrace | Export-Csv`. */
function cmdletRow(trace: Row): Row {
  return {
    Organization: 'northmoor.onmicrosoft.example',
    MessageId: trace['messageId'],
    Received: trace['receivedDateTime'],
    SenderAddress: trace['senderAddress'],
    RecipientAddress: String(trace['recipientAddress']).toUpperCase(),
    Subject: trace['subject'],
    Status: trace['status'] === 'delivered' ? 'Delivered' : 'FilteredAsSpam',
    FromIP: trace['fromIP'],
    Size: trace['size'],
    MessageTraceId: trace['id'],
  };
}

test('message trace and email events give one action per message, from any source', async () => {
  const emulator = await startEmulator({
    seed: SEED,
    startMs: Date.parse('2026-03-02T09:00:00Z'),
    tenants: [{ people: 12 }],
  });
  await emulator.advance(3 * HOUR_MS);
  const tenantId = emulator.tenants[0]?.tenantId ?? '';
  const nowMs = emulator.clock.now();
  const of = (feed: 'graph/messageTraces' | 'azure/EmailEvents'): Row[] =>
    [...emulator.store.listed(feed, tenantId, 0, nowMs)].map(({ record }) => record.body);
  const traces = of('graph/messageTraces');
  const events = of('azure/EmailEvents');
  await emulator.stop();
  assert.ok(traces.length > 5 && events.length > 5);
  const write = (name: string, text: string): string => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const dir = join(root, 'data');
  const files = [
    write('trace.json', JSON.stringify({ value: traces })),
    write('trace.csv', csvOf(traces.map(cmdletRow))),
    write('PT1H.json', events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    write('hunting.csv', csvOf(events.map(({ properties }) => properties as Row))),
  ];
  const { accepted, rejected } = await importHere(dir, ...files);
  assert.deepEqual([accepted, rejected], [2 * (traces.length + events.length), 0]);
  const from = (source: string): Promise<string[]> =>
    bodiesOf(dir, (leaf) => leaf.source === source);
  assert.equal((await from('exchange/message-trace')).length, 2 * traces.length);
  assert.equal((await from('azure-monitor/AdvancedHunting-EmailEvents')).length, events.length);
  assert.equal((await from('defender/advanced-hunting')).length, events.length);
  const messageRows = await askLines<{
    class_uid: number;
    activity_id: number;
    unmapped: { entries: number[] };
  }>(dir, ['timeline']);
  assert.ok(messageRows.every(({ class_uid: uid }) => uid === 4009));
  assert.ok(messageRows.every(({ unmapped }) => unmapped.entries.length === 2));
  const traced = messageRows.filter(({ activity_id: activity }) => activity === 4);
  assert.deepEqual(
    [traced.length, messageRows.length],
    [traces.length, traces.length + events.length],
  );
  await assertFsckClean(dir);
});
