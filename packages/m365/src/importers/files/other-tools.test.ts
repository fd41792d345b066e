import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectBytes, type ReadInputs, textOf } from '../../testing/collect.ts';
import { audit, quotedCell } from '../../testing/render.ts';

/** Exports in the forms of other tools. The record inside is what counts. */
const RECORDS = [audit(1), audit(2), audit(3)];
const TEXTS = RECORDS.map((record) => JSON.stringify(record));
const [ONE, TWO, THREE] = TEXTS as [string, string, string];
const AT = '2026-03-04T08:31:07Z';
const UAL = 'm365.export/unified-audit-log';

function found(read: ReadInputs): unknown {
  return {
    sources: [...new Set(read.drafts.map(({ source }) => source))],
    bodies: read.drafts.map(({ body }) => textOf(body)),
    rejects: read.rejects.map(({ reason }) => reason),
  };
}

const ALL_THREE = { sources: [UAL], bodies: TEXTS, rejects: [] };

const ENVELOPES: Readonly<Record<string, string>> = {
  'a search answer': `{"took":3,"hits":{"total":{"value":3},"hits":[${TEXTS.map(
    (text, i) => `{"_id":"${i}","_source":${text}}`,
  ).join(',')}]}}`,
  'a list under data': `{"data":[${TEXTS.join(', ')}]}`,
  'a list two levels down': `{"exportedBy":"x","logs":{"count":3,"entries":[${TEXTS.join(',')}]}}`,
  'two lists beside each other': `{"a":[${ONE}],"b":[${TWO},${THREE}]}`,
  'a dictionary by id': `{"x1":${ONE},"x2":${TWO},"x3":${THREE}}`,
  'a list with a time beside it': `{"timestamp":"${AT}","events":[${TEXTS.join(',')}]}`,
  'messages of a queue': `{"Records":[${TEXTS.map(
    (text) => `{"messageId":"m","body":${JSON.stringify(text)}}`,
  ).join(',')}]}`,
  'messages of a broker': TEXTS.map((text) => `{"topic":"t","offset":1,"value":${text}}`).join(
    '\n',
  ),
  'messages of a log server': TEXTS.map(
    (text) => `{"version":"1.1","timestamp":1,"full_message":${JSON.stringify(text)}}`,
  ).join('\n'),
  'documents of a search engine': TEXTS.map(
    (text) => `{"_source":{"@timestamp":"${AT}","o365":{"audit":${text}}}}`,
  ).join('\n'),
};

for (const [name, text] of Object.entries(ENVELOPES)) {
  test(`${name}: reads each record, and nothing else`, async () => {
    assert.deepEqual(found(await collectBytes(text)), ALL_THREE);
  });
}

test('rejects a non-record in a list of records instead of skipping it', async () => {
  const read = await collectBytes(`{"logs":{"entries":[${ONE},{"note":"x"},${TWO}]}}`);
  assert.equal(read.drafts.length, 2);
  assert.equal(read.rejects.length, 1);
});

test('an event with records among many other members stays whole', async () => {
  const own = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field${i}`, i]));
  const text = JSON.stringify({ timestamp: AT, ...own, related: RECORDS });
  assert.deepEqual(found(await collectBytes(text)), {
    sources: ['other/json'],
    bodies: [text],
    rejects: [],
  });
});

test('finds a record in a column of any name', async () => {
  for (const columns of ['@timestamp,message', '@timestamp,event.original', 'number,payload']) {
    const rows = TEXTS.map((text) => `"${AT}",${quotedCell(text)}`);
    const read = await collectBytes([columns, ...rows].join('\r\n'));
    assert.deepEqual(found(read), ALL_THREE, columns);
  }
});

test('a row with an unknown record stays a row', async () => {
  const read = await collectBytes(`@timestamp,message\r\n${AT},"{""a"":1}"\r\n`);
  assert.deepEqual(found(read), {
    sources: ['other/json'],
    bodies: [`{"@timestamp":"${AT}","message":"{\\"a\\":1}"}`],
    rejects: [],
  });
});

test('log lines that end in a record: the text before it is not a record', async () => {
  for (const before of ['<134>1 2026-03-04T08:31:07Z host o365 - - - ', '2026-03-04 INFO [x] ']) {
    const lines = TEXTS.map((text) => `${before}${text}`);
    assert.deepEqual(found(await collectBytes(lines.join('\n'), { pieces: [7] })), ALL_THREE);
    const mixed = [lines[0], `${before}nothing to see`, lines[1]].join('\n');
    const read = await collectBytes(mixed);
    assert.equal(read.drafts.length, 2);
    assert.equal(read.rejects.length, 1);
  }
});

test('columns for nested members are read as nested members', async () => {
  const properties = `id,createdDateTime,isInteractive,status.errorCode`;
  const flat = `time,category,operationName,${properties
    .split(',')
    .map((name) => `properties.${name}`)
    .join(',')}`;
  const id = '3b9e0c5d-1f42-4a68-9c07-8f2d11aa0001';
  const row = `${AT},SignInLogs,Sign-in activity,${id},2026-03-04T08:31:06.5Z,true,0`;
  const [draft] = (await collectBytes(`${flat}\n${row}\n`)).drafts;
  assert.equal(draft?.source, 'azure-monitor/SignInLogs');
  assert.equal(draft?.id, id);
  assert.equal(draft?.at, '2026-03-04T08:31:06.5Z');
});

test('a document of an unknown kind is kept without the hit around it', async () => {
  const document = `{"@timestamp":"${AT}","event":{"dataset":"x"},"related":{"user":["a"]}}`;
  const hit = `{"_index":"i","_id":"1","_source":${document}}`;
  for (const text of [hit, `{"took":1,"hits":{"hits":[${hit}]}}`]) {
    const expected = { sources: ['other/json'], bodies: [document], rejects: [] };
    assert.deepEqual(found(await collectBytes(text)), expected);
  }
});

test('recognizes column names in a single case', async () => {
  const id = '3b9e0c5d-1f42-4a68-9c07-8f2d11aa0001';
  const rows: readonly (readonly [object, string])[] = [
    [{ TimeGenerated: AT, Type: 'SigninLogs', Id: id }, 'log-analytics/SigninLogs'],
    [{ time: AT, category: 'AuditLogs', properties: { id } }, 'azure-monitor/AuditLogs'],
    [{ createdDateTime: AT, clientAppUsed: 'Browser', id }, 'graph/signIns'],
    [{ activityDateTime: AT, initiatedBy: { user: {} }, id }, 'graph/directoryAudits'],
  ];
  for (const [row, source] of rows) {
    for (const inCase of ['toLowerCase', 'toUpperCase'] as const) {
      const folded = Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name[inCase](), value]),
      );
      const [draft] = (await collectBytes(JSON.stringify(folded))).drafts;
      assert.deepEqual([draft?.source, draft?.id, draft?.at], [source, id, AT]);
    }
  }
});

test('reads times written as numbers since 1970', async () => {
  const at = Date.parse(AT);
  for (const time of [at, at / 1000, `${at}`, `${at / 1000}`, `${at / 1000}.250`]) {
    const record = { ...RECORDS[0], CreationTime: time };
    const [draft] = (await collectBytes(JSON.stringify(record))).drafts;
    assert.equal(draft?.at.slice(0, 19), AT.slice(0, 19), String(time));
  }
  for (const time of [7, -1, 1e20, '12', '1e12', true]) {
    const read = await collectBytes(JSON.stringify({ ...RECORDS[0], CreationTime: time }));
    assert.equal(read.drafts.length, 0, String(time));
  }
});

test('a hunting row from Log Analytics carries the same record', async () => {
  const row = { TimeGenerated: AT, Type: 'CloudAppEvents', ReportId: 'x', RawEventData: ONE };
  const [draft] = (await collectBytes(JSON.stringify(row))).drafts;
  assert.equal(draft?.source, 'defender/advanced-hunting');
  assert.equal(draft?.id, RECORDS[0]?.['Id']);
  assert.equal(draft?.tenant, RECORDS[0]?.['OrganizationId']);
});
