import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectBytes, type ReadInputs, textOf } from '../../../testing/collect.ts';
import { audit, cmdletCsv, portalCsv, quotedCell, TENANT } from '../../../testing/render.ts';

const THREE = [audit(1), audit(2), audit(3)];

function ids(read: ReadInputs): (string | undefined)[] {
  return read.drafts.map((draft) => draft.id);
}

test('a missing doubled quote in the middle costs one row', async () => {
  const text = cmdletCsv(THREE).replace(
    '""Id"":""3b9e0c5d-1f42-4a68-9c07-000000000002""',
    '"Id":x',
  );
  const read = await collectBytes(text);
  assert.deepEqual(ids(read), [THREE[0]?.['Id'], THREE[2]?.['Id']]);
  assert.equal(read.rejects.length, 1);
  assert.equal(read.rejects[0]?.row, 2);
  assert.match(read.rejects[0]?.reason ?? '', /a quote is missing/);
});

test('reads lines that end in CR CR LF', async () => {
  for (const render of [cmdletCsv, portalCsv]) {
    const plain = render(THREE).replaceAll(/\r?\n/g, '\n');
    const expected = await collectBytes(plain);
    for (const lineEnd of ['\r\n', '\r\r\n', '\r\r\r\n']) {
      const read = await collectBytes(plain.replaceAll('\n', lineEnd));
      assert.deepEqual(ids(read), ids(expected), JSON.stringify(lineEnd));
      assert.deepEqual(read.rejects, []);
      const texts = ({ drafts }: ReadInputs): string[] => drafts.map(({ body }) => textOf(body));
      assert.deepEqual(texts(read), texts(expected));
    }
  }
});

test('a quote that is never closed costs its row, not the rest of the file', async () => {
  const text = portalCsv(THREE).replace('FileAccessed,"{', '"FileAccessed,"{');
  const read = await collectBytes(text);
  assert.deepEqual(ids(read), [THREE[1]?.['Id'], THREE[2]?.['Id']]);
  assert.equal(read.rejects.length, 1);
});

test('a damaged row with indented JSON is one reject, however many lines it has', async () => {
  const text = cmdletCsv(THREE, '\r\n', 2).replace('"True","Unchanged"', '"True,"Unchanged"');
  const read = await collectBytes(text);
  assert.deepEqual(ids(read), [THREE[1]?.['Id'], THREE[2]?.['Id']]);
  assert.equal(read.rejects.length, 1);
});

test('a file cut inside a cell gives its whole rows and one reject', async () => {
  const text = cmdletCsv(THREE);
  const read = await collectBytes(text.slice(0, text.length - 300));
  assert.equal(read.drafts.length, 2);
  assert.match(read.rejects[0]?.reason ?? '', /ends inside a quoted cell/);
});

test('reports AuditData that is empty, truncated, truncated by Excel, or not JSON', async () => {
  const long = JSON.stringify(audit(1, { Note: 'x'.repeat(40_000) })).slice(0, 32_767);
  const cells = ['', '{"CreationTime":"2026-03', long, '{"a" "b"}', 'hello', '[1]', '7'];
  const text = ['AuditData,ResultIndex', ...cells.map((one) => `${quotedCell(one)},1`)].join('\n');
  const read = await collectBytes(text);
  assert.deepEqual(
    read.rejects.map(({ reason }) => reason),
    [
      'AuditData is empty',
      'AuditData is cut off after 24 characters',
      'AuditData is cut off at 32,767 characters, the limit of a cell in Excel',
      'AuditData is not JSON: no comma between two values',
      'AuditData is not JSON',
      'AuditData is not a JSON object',
      'AuditData is not a JSON object',
    ],
  );
});

test('reads AuditData that was wrapped in a string, once or twice', async () => {
  const document = JSON.stringify(audit(1));
  const once = JSON.stringify(document);
  const text = ['AuditData', quotedCell(once), quotedCell(JSON.stringify(once))].join('\n');
  const read = await collectBytes(text);
  assert.deepEqual(
    read.drafts.map(({ body }) => textOf(body)),
    [document, document],
  );
});

test('uses time and id of the row only if AuditData has none', async () => {
  const { Id: _id, CreationTime: _time, ...silent } = audit(1);
  const header = 'CreationDate,Identity,AuditData\n';
  const cells = (data: object): string =>
    `6/15/2021 3:06:37 PM,ABCDEF01-1f42-4a68-9c07-000000000009,${quotedCell(JSON.stringify(data))}`;
  const read = await collectBytes(`${header}${cells(silent)}\n${cells(audit(1))}`);
  assert.deepEqual(
    read.drafts.map(({ id, at }) => ({ id, at })),
    [
      { id: 'abcdef01-1f42-4a68-9c07-000000000009', at: '2021-06-15T15:06:37Z' },
      { id: audit(1)['Id'], at: '2026-03-02T08:31:07Z' },
    ],
  );
});

test('finds AuditData under a header in any case, and in a file without a header', async () => {
  const [, ...rows] = cmdletCsv(THREE).split('\r\n');
  const lower = await collectBytes(cmdletCsv(THREE).replace('"AuditData"', '"AUDITDATA "'));
  const none = await collectBytes(rows.join('\r\n'));
  assert.equal(lower.drafts.length, 3);
  assert.equal(none.drafts.length, 3);
});

test('reads concatenated files: repeated headers, byte order marks, other columns', async () => {
  const text = `\ufeff${cmdletCsv(THREE)}\ufeff${cmdletCsv([audit(4)])}${portalCsv([audit(5)])}`;
  const read = await collectBytes(text);
  assert.deepEqual(
    ids(read),
    [...THREE, audit(4), audit(5)].map((one) => one['Id']),
  );
  assert.deepEqual(read.rejects, []);
});

test('skips rows that a spreadsheet left empty', async () => {
  const text = cmdletCsv(THREE).replaceAll('\r\n"Share', '\r\n,,,,,,,,,\r\n\r\n"Share');
  const read = await collectBytes(text);
  assert.equal(read.drafts.length, 3);
  assert.deepEqual(read.rejects, []);
});

test('reports that an export with only a header is empty', async () => {
  const read = await collectBytes(cmdletCsv([]));
  assert.equal(read.completeness[0]?.[0]?.kind, 'empty');
});

test('reads the records in the raw column of another system', async () => {
  const diagnostic = { time: '2026-03-04T08:31:07Z', category: 'AuditLogs', properties: {} };
  const rows = [audit(1), diagnostic].map((one) => `1,${quotedCell(JSON.stringify(one))}`);
  const read = await collectBytes(['_time,_raw', ...rows].join('\n'));
  assert.deepEqual(
    read.drafts.map(({ source }) => source),
    ['m365.export/unified-audit-log', 'azure-monitor/AuditLogs'],
  );
});

test('keeps the columns of other exports unchanged, and requires whole rows', async () => {
  const text =
    'TimeGenerated [UTC],Type,OrganizationId,OfficeId,Note,Note,__proto__\r\n' +
    `"3/4/2026, 8:31:07.250 AM",OfficeActivity,${TENANT},o-1,"a ""b""",c,d\r\n` +
    'short,row\r\n';
  const read = await collectBytes(text);
  const [draft] = read.drafts;
  assert.equal(draft?.source, 'log-analytics/OfficeActivity');
  assert.equal(draft?.tenant, TENANT);
  assert.equal(draft?.at, '2026-03-04T08:31:07.25Z');
  assert.equal(
    textOf(draft?.body ?? new Uint8Array()),
    '{"TimeGenerated [UTC]":"3/4/2026, 8:31:07.250 AM","Type":"OfficeActivity",' +
      `"OrganizationId":"${TENANT}","OfficeId":"o-1","Note":"a \\"b\\"","Note (2)":"c",` +
      '"__proto__ (2)":"d"}',
  );
  assert.match(read.rejects[0]?.reason ?? '', /2 cells where the header has 7/);
});

test('a row that ends after one cell is reported with "one cell", not "one cells"', async () => {
  const text = cmdletCsv(THREE).split('\r\n').slice(0, 2).join('\r\n');
  const { rejects } = await collectBytes(`${text}\r\nalone\r\n`);
  assert.match(rejects[0]?.reason ?? '', /after 1 cell$/);
  const table = await collectBytes('TimeGenerated [UTC],Type,OfficeId\r\nalone\r\n');
  assert.match(table.rejects[0]?.reason ?? '', /^1 cell where the header has 3/);
});

test('reads multi-line rows with one cell more than the header', async () => {
  const text = cmdletCsv(THREE, '\n', 2).replaceAll('"Unchanged"', '"Unchanged",""');
  const read = await collectBytes(text);
  assert.equal(read.drafts.length, 3);
  assert.deepEqual(read.rejects, []);
});

test('a zero byte, or invalid UTF-8, costs at most its record', async () => {
  const bytes = Buffer.from(cmdletCsv(THREE));
  bytes[bytes.indexOf('Q1') + 1] = 0;
  bytes[bytes.indexOf('Q2') + 1] = 0xe9;
  const read = await collectBytes(bytes);
  assert.deepEqual(ids(read), [THREE[1]?.['Id'], THREE[2]?.['Id']]);
  assert.match(read.rejects[0]?.reason ?? '', /raw control character/);
  // The body holds the delivered bytes; only its decoded form has a replacement character.
  assert.ok(Buffer.from(read.drafts[0]?.body ?? []).includes(0xe9));
  assert.match(String(read.values[0]?.['ObjectId']), /\ufffd/);
});
