import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeInstant } from '@countersign/core';
import { published } from '../../../tools/testing/published-ocsf.ts';
import { validate } from './event/event-schema.ts';
import { toOcsf } from './event/ocsf-event.ts';
import { interpret } from './reading/interpret.ts';
import { route } from './reading/route-record.ts';
import { type Capture, capturesAreHere, NO_CAPTURES, readCaptures } from './testing/captures.ts';
import { written } from './testing/cell-text.ts';
import { createMemo } from './values/memo.ts';

const skip = capturesAreHere ? false : NO_CAPTURES;
const captures = capturesAreHere ? readCaptures() : [];
const memo = createMemo();

function recordOf({ source, value }: Capture) {
  const at = written(value['CreationTime'] ?? value['TimeGenerated'] ?? value['Timestamp']);
  const id = written(value['Id'] ?? value['OfficeId'] ?? '-');
  return { source, tenant: '-', id, at: normalizeInstant(at) ?? '', value };
}

test('every captured record has a specific mapping', { skip }, () => {
  assert.ok(captures.length > 60, `only ${captures.length} records were read`);
  const lost = captures.filter((capture) => route(recordOf(capture), memo).mapping.name === 'base');
  assert.deepEqual(
    lost.map(({ file }) => file),
    [],
  );
});

test('every record of the captures has the person, time and address that it states', {
  skip,
}, () => {
  for (const capture of captures) {
    const meaning = interpret(recordOf(capture), memo);
    const { file, value } = capture;
    assert.ok(meaning.timeMs > Date.UTC(2021), file);
    assert.ok(meaning.actorName !== null || meaning.actorUid !== null, `${file}: no actor`);
    assert.ok(meaning.operation !== null, file);
    const addresses = ['ClientIP', 'ClientIPAddress', 'Client_IPAddress', 'IPAddress'];
    const stated = addresses.some((name) => written(value[name]) !== '');
    assert.equal(meaning.ip !== null, stated, `${file}: ${written(value['Operation'])}`);
    assert.ok(meaning.itemCount >= 1);
  }
});

test('every record of the captures gives a valid event', { skip }, () => {
  for (const capture of captures) {
    const record = recordOf(capture);
    const entry = { origin: 'example.org/log', indices: [1], seen: '2024-03-04T09:00:00.000Z' };
    const event = toOcsf(record, interpret(record, memo), entry, memo);
    assert.deepEqual(validate(event), [], capture.file);
    assert.deepEqual(published?.problemsOf(event) ?? [], [], capture.file);
  }
});

test('a mail access reads the same from the three logs that report it', { skip }, () => {
  const seen = captures
    .filter(({ value }) => [value['Operation'], value['ActionType']].includes('MailItemsAccessed'))
    .map((capture) => interpret(recordOf(capture), memo));
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[0], seen[1]);
  assert.equal(seen[0]?.itemCount, 7);
});
