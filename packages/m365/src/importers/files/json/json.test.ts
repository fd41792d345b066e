import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSON_DEPTH_MAX, RECORD_BYTES_MAX } from '@countersign/core';
import { collectBytes, textOf } from '../../../testing/collect.ts';
import { audit, TENANT } from '../../../testing/render.ts';

const ONE = JSON.stringify(audit(1));
const TWO = JSON.stringify(audit(2));
const AT = '2026-03-04T08:31:07Z';

function deep(levels: number): string {
  return `{"CreationTime":"${AT}","a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

test('a record nested too deep is one reject, on a line and in a list', async () => {
  for (const text of [`${ONE}\n${deep(10_000)}\n${TWO}\n`, `[${ONE},${deep(10_000)},${TWO}]`]) {
    const read = await collectBytes(text);
    assert.equal(read.drafts.length, 2);
    assert.equal(read.rejects.length, 1);
    assert.match(read.rejects[0]?.reason ?? '', /nested deeper/);
  }
});

test('reads nesting up to the limit', async () => {
  const read = await collectBytes(`${deep(JSON_DEPTH_MAX - 1)}\n${deep(JSON_DEPTH_MAX)}\n`);
  assert.equal(read.drafts.length, 1);
  assert.equal(read.rejects.length, 1);
});

test('brackets in strings do not count as nesting', async () => {
  const read = await collectBytes(JSON.stringify(audit(1, { Note: '['.repeat(1000) })));
  assert.equal(read.drafts.length, 1);
});

test('a record that is too large is one reject, and is never held in memory', async () => {
  const large = JSON.stringify(audit(3, { Note: 'x'.repeat(RECORD_BYTES_MAX) }));
  for (const [before, after] of [
    [`${ONE}\n`, `\n${TWO}`],
    [`[${ONE},`, `,${TWO}]`],
  ]) {
    const read = await collectBytes(`${before}${large}${after}`, { pieces: [1 << 20] });
    assert.equal(read.drafts.length, 2);
    const [reject] = read.rejects;
    assert.equal(reject?.offset, before?.length);
    assert.equal(reject?.length, large.length);
    assert.match(reject?.reason ?? '', /larger than a record may be \(16 MiB\)/);
  }
});

test('reports an unclosed list as truncated', async () => {
  const read = await collectBytes(`{"value":[${ONE},${TWO.slice(0, 80)}`);
  assert.equal(read.drafts.length, 1);
  assert.match(read.rejects[0]?.reason ?? '', /the text ends inside this record/);
  const between = await collectBytes(`[${ONE},`);
  assert.equal(between.completeness[0]?.[0]?.kind, 'cut-off');
});

test('a page with a link to the next one reports more pages', async () => {
  const link = '"@odata.nextLink":"https://example.com/next"';
  for (const text of [`{${link},"value":[${ONE}]}`, `{"value":[${ONE}],${link}}`]) {
    const read = await collectBytes(text);
    assert.equal(read.drafts.length, 1);
    assert.equal(read.completeness[0]?.[0]?.kind, 'more-pages');
  }
});

test('a page without records is an empty export', async () => {
  for (const text of ['[]', '{"value":[]}', '{"@odata.context":"x","value":[ ]}']) {
    const read = await collectBytes(text);
    assert.deepEqual(read.rejects, []);
    assert.equal(read.completeness[0]?.[0]?.kind, 'empty');
  }
});

test('an object that only starts like a page is a record', async () => {
  const item = { '@odata.context': 'x', id: 'a', createdDateTime: AT, isInteractive: true };
  const read = await collectBytes(JSON.stringify(item, null, 2));
  assert.equal(read.drafts[0]?.source, 'graph/signIns');
  assert.equal(textOf(read.drafts[0]?.body ?? Buffer.alloc(0)), JSON.stringify(item, null, 2));
});

test('opens a page that starts with other members', async () => {
  const read = await collectBytes(`{"id":"x","more":{"value":[1]},"records":[${ONE},${TWO}]}\n`);
  assert.deepEqual(
    read.drafts.map(({ body }) => textOf(body)),
    [ONE, TWO],
  );
});

test('rows of a Log Analytics answer become objects of the same bytes', async () => {
  const columns = ['TimeGenerated', 'Type', 'OfficeId', 'Big', 'Nested'].map((name) => ({ name }));
  const rows = `["${AT}","OfficeActivity","o-1",12345678901234567890, {"a":[1]}],["short"]`;
  const text =
    `{"tables":[{"name":"T","columns":${JSON.stringify(columns)},"rows":[${rows}]},` +
    `{"name":"U","columns":[{"name":"Timestamp"},{"name":"ActionType"}],"rows":[["${AT}","x"]]}]}`;
  const read = await collectBytes(text, { chunkBytes: 1, pieces: [7] });
  assert.deepEqual(
    read.drafts.map(({ source }) => source),
    ['log-analytics/OfficeActivity', 'defender/advanced-hunting'],
  );
  assert.equal(
    textOf(read.drafts[0]?.body ?? Buffer.alloc(0)),
    `{"TimeGenerated":"${AT}","Type":"OfficeActivity","OfficeId":"o-1",` +
      '"Big":12345678901234567890,"Nested":{"a":[1]}}',
  );
  assert.match(read.rejects[0]?.reason ?? '', /1 cell where the table has 5 columns/);
});

test('the body of AuditData as an object is its delivered bytes', async () => {
  const body = '{ "CreationTime":"2026-03-04T08:31:07",\n "Operation":"x", "RecordType": 1.0 }';
  const text = `[{"AuditData":{"old":1},"Identity":"ABC","\\u0041uditData" : ${body} }]`;
  const read = await collectBytes(text);
  assert.equal(textOf(read.drafts[0]?.body ?? Buffer.alloc(0)), body);
  assert.equal(read.drafts[0]?.id, 'ABC');
});

test("finds what Graph's PowerShell module nests one level deeper", async () => {
  const text = `{"Id":"x","AuditData":{"AdditionalProperties":${ONE}},"CreatedDateTime":"${AT}"}`;
  const read = await collectBytes(text);
  assert.equal(textOf(read.drafts[0]?.body ?? Buffer.alloc(0)), ONE);
  assert.equal(read.drafts[0]?.tenant, TENANT);
});

test('lone surrogates stay as delivered in bodies; unwrapped, they become U+FFFD', async () => {
  const document = ONE.replace('Q1', '\\ud800');
  const wrapped = JSON.stringify({ AuditData: ONE.replace('Q1', '#') }).replace('#', '\\ud800');
  const read = await collectBytes(`${document}\n${wrapped}\n`);
  assert.deepEqual(
    read.drafts.map(({ body }) => textOf(body)),
    [document, ONE.replace('Q1', '\ufffd')],
  );
});

test('rejects empty AuditData, bare values and error messages with a reason', async () => {
  const items = [
    { AuditData: '' },
    { AuditData: null },
    { AuditData: {} },
    'hello',
    { error: { code: 'Forbidden', message: 'no' } },
    { id: 'q', status: 'succeeded', filterStartDateTime: AT, isRecordCountLimitExceeded: true },
    { name: 'x' },
  ];
  const read = await collectBytes(JSON.stringify(items));
  assert.deepEqual(
    read.rejects.map(({ reason }) => reason),
    [
      'AuditData is empty',
      'AuditData is empty',
      'AuditData is empty',
      'AuditData is not JSON',
      'an error message where records should be: the export failed',
      'an audit log query, not its records: export the records, too',
      'no event time in any known member',
    ],
  );
  assert.equal(read.completeness[0]?.[0]?.kind, 'at-limit');
});

test('finds records that a collector wrapped', async () => {
  const graph = JSON.stringify({ id: 'a', createdDateTime: AT, isInteractive: true });
  const items = [
    `{"preview":false,"result":{"_raw":${JSON.stringify(ONE)},"_time":"${AT}"}}`,
    `{"_index":"x","_source":{"@timestamp":"${AT}","event":{"original":${JSON.stringify(ONE)}}}}`,
    `{"@timestamp":"${AT}","message":${JSON.stringify(graph)}}`,
    `{"Name":"a test","Log": ${graph}}`,
    `{"@timestamp":"${AT}","message":"{no record","result":{"code":1}}`,
  ];
  const read = await collectBytes(items.join('\n'));
  assert.deepEqual(
    read.drafts.map(({ source, body }) => [source, textOf(body)]),
    [
      ['m365.export/unified-audit-log', ONE],
      ['m365.export/unified-audit-log', ONE],
      ['graph/signIns', graph],
      ['graph/signIns', graph],
      ['other/json', items[4]],
    ],
  );
});

test('rejects text around records, and reads the records', async () => {
  const read = await collectBytes(
    `Transcript started\n${ONE}\nVERBOSE: page 2\n[${TWO}, 7, null]\n`,
  );
  assert.equal(read.drafts.length, 2);
  assert.deepEqual(
    read.rejects.map(({ length }) => length),
    [18, 15, 7],
  );
});

test('skips a byte order mark in the middle of concatenated files', async () => {
  const read = await collectBytes(`\ufeff${ONE}\r\n\ufeff${TWO}`, { pieces: [1] });
  assert.equal(read.drafts.length, 2);
  assert.deepEqual(read.rejects, []);
});

test('a truncated line does not swallow the next one', async () => {
  const read = await collectBytes(`${ONE.slice(0, 60)}\n${TWO}\n${ONE.slice(0, -1)}\n${ONE}\n`);
  assert.equal(read.drafts.length, 2);
  assert.equal(read.rejects.length, 2);
});

test('records without a stated tenant get the given one', async () => {
  const item = JSON.stringify({ id: 'a', createdDateTime: AT, isInteractive: true });
  const tenant = audit(0)['OrganizationId'] as never;
  const read = await collectBytes(`${item}\n${ONE}\n`, {}, { importNumber: 1, tenant });
  assert.deepEqual(
    read.drafts.map((draft) => draft.tenant),
    [TENANT, TENANT],
  );
});
