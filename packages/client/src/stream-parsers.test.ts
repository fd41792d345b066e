import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import {
  EventParser,
  eventStreamParser,
  ndjsonParser,
  type StreamEvent,
} from './stream-parsers.ts';

/** A text cut at random places. */
const pieces = (text: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.tuple(text, fc.array(fc.nat({ max: 400 }))).map(([whole, cuts]) => {
    const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort(
      (one, other) => one - other,
    );
    return at.slice(1).map((end, index) => whole.slice(at[index], end));
  });

test('records of NDJSON do not depend on where the stream is cut', () => {
  const text = fc.array(fc.jsonValue()).map((values) => ({
    values: values.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    text: values.map((value) => `${JSON.stringify(value)}\n`).join('\n'),
  }));
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 400 })), ({ values, text: whole }, cuts) => {
      const ends = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length];
      const parser = ndjsonParser();
      let from = 0;
      const read = ends
        .sort((one, other) => one - other)
        .flatMap((end) => {
          const records = parser.push(whole.slice(from, end));
          from = end;
          return records;
        });
      assert.deepEqual(read, values);
      assert.equal(parser.isWithinRecord, false);
    }),
  );
});

test('events are those of an independent parser, for any text in any pieces', () => {
  const line = fc.oneof(
    fc.constantFrom('data: a', 'data:b', 'data', 'id: 7', 'id', 'event: mark', 'event:', '', ':x'),
    fc.string().map((text) => text.replaceAll(/[\r\n\0\uFEFF]/g, '')),
  );
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const text = fc
    .array(fc.tuple(line, end))
    .map((lines) => `${lines.map((each) => each.join('')).join('')}\n\n`);
  fc.assert(
    fc.property(pieces(text), (parts) => {
      const expected: Omit<StreamEvent, 'id'>[] = [];
      const oracle = createParser({
        onEvent: ({ event = 'message', data }) => expected.push({ event, data }),
      });
      const parser = new EventParser();
      const read = parts.flatMap((part) => {
        oracle.feed(part);
        return parser.push(part);
      });
      assert.deepEqual(
        read.map(({ event, data }) => ({ event, data })),
        expected,
      );
    }),
  );
});

test('an id holds for the events after it, until the next one', () => {
  const events = new EventParser().push('id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n');
  assert.deepEqual(
    events.map(({ id }) => id),
    ['7', '7', ''],
  );
});

test('a stream that stops within a record says so', () => {
  for (const parser of [ndjsonParser(), eventStreamParser()]) {
    assert.equal(parser.isWithinRecord, false);
    parser.push('data: {');
    assert.equal(parser.isWithinRecord, true);
  }
});

test('a record that is not JSON, and a line without an end, are errors', () => {
  assert.throws(() => ndjsonParser().push('{"a":\n'), { code: 'invalid-reply' });
  assert.throws(() => eventStreamParser().push('data: {"a":\n\n'), { code: 'invalid-reply' });
  const endless = ndjsonParser();
  const piece = 'x'.repeat(1024 * 1024);
  assert.throws(
    () => {
      for (let mebibytes = 0; mebibytes < 20; mebibytes++) endless.push(piece);
    },
    { code: 'invalid-reply' },
  );
});
