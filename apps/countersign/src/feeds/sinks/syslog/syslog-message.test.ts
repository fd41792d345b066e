import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { deliveries, delivery, ORIGIN, TENANT } from '../../testing/deliveries.ts';
import { FrameParser, type ParsedMessage, parseMessage } from '../../testing/syslog-parser.ts';
import { framed, type MessageOptions, syslogMessage } from './syslog-message.ts';

const OPTIONS: MessageOptions = {
  facility: 13,
  hostname: 'cs.example',
  appName: 'countersign',
  enterpriseNumber: 32_473,
  messageBytesMax: 8096,
  link: 'https://cs.example',
};

describe('a syslog message', () => {
  test('has the form of RFC 5424, to the byte', () => {
    const message = syslogMessage(delivery(41, { severity_id: 4, message: 'é' }), OPTIONS);
    assert.equal(
      message,
      '<107>1 2026-01-01T00:00:00.123456Z cs.example countersign - finding ' +
        `[cs@32473 id="${ORIGIN}#41" index="41" kind="finding" tenant="${TENANT}"] ` +
        '\uFEFF{"severity_id":4,"message":"é"}',
    );
    const octets = Buffer.from(message);
    assert.deepEqual(
      octets
        .subarray(octets.indexOf('] ') + 2)
        .subarray(0, 3)
        .toString('hex'),
      'efbbbf',
    );
    assert.equal(framed(message), `${octets.length} ${message}`);
  });

  const severities: ReadonlyMap<unknown, number> = new Map<unknown, number>([
    [6, 2],
    [5, 2],
    [4, 3],
    [3, 4],
    [2, 5],
    [1, 6],
    [0, 5],
    [99, 5],
    ['high', 6],
    [undefined, 6],
  ]);
  for (const [stated, expected] of severities) {
    test(`has severity ${expected} for the OCSF severity ${stated}`, () => {
      const { facility, severity } = parsed(delivery(1, { severity_id: stated }));
      assert.deepEqual({ facility, severity }, { facility: 13, severity: expected });
    });
  }

  test('of an erased entry has no time, and says what was erased', () => {
    const erased: Delivery = { index: 3, kind: 'erased', id: `${ORIGIN}#3`, of: 'event' };
    const message = parsed(erased);
    assert.equal(message.timestamp, '-');
    assert.equal(message.messageId, 'erased');
    assert.deepEqual(JSON.parse(message.message), erased);
  });

  test('that is too large is sent thin, with its size and its link', () => {
    const body = { severity_id: 5, message: 'é'.repeat(4100) };
    const octets = Buffer.from(syslogMessage(delivery(41, body), OPTIONS));
    assert.ok(octets.length < 1000);
    const thin = parseMessage(octets);
    assert.equal(thin.severity, 2);
    assert.deepEqual(JSON.parse(thin.message), {
      id: `${ORIGIN}#41`,
      index: 41,
      kind: 'finding',
      thin: true,
      sizeBytes: Buffer.byteLength(JSON.stringify(body)),
      link: 'https://cs.example/api/v1/entries/41',
    });
  });

  test('is whole up to the last octet that the receiver takes', () => {
    const empty = Buffer.byteLength(syslogMessage(delivery(1, { message: '' }), OPTIONS));
    const room = OPTIONS.messageBytesMax - empty;
    const fits = syslogMessage(delivery(1, { message: 'x'.repeat(room) }), OPTIONS);
    assert.equal(Buffer.byteLength(fits), OPTIONS.messageBytesMax);
    assert.match(syslogMessage(delivery(1, { message: 'x'.repeat(room + 1) }), OPTIONS), /"thin"/);
  });

  test('comes back from a receiver as it was, however it was split', () => {
    const check = (records: readonly Delivery[], cuts: readonly number[]): void => {
      const bytes = Buffer.from(records.map((one) => framed(syslogMessage(one, OPTIONS))).join(''));
      const parser = new FrameParser();
      const messages: ParsedMessage[] = [];
      let from = 0;
      for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      )) {
        messages.push(...parser.add(bytes.subarray(from, cut)));
        from = cut;
      }
      assert.equal(parser.restBytes, 0);
      assert.equal(messages.length, records.length);
      for (const [at, record] of records.entries()) assertSame(messages[at], record);
    };
    fc.assert(fc.property(deliveries, fc.array(fc.nat(), { maxLength: 8 }), check), runs(300));
  });
});

function parsed(record: Delivery): ParsedMessage {
  return parseMessage(Buffer.from(syslogMessage(record, OPTIONS)));
}

function assertSame(message: ParsedMessage | undefined, record: Delivery): void {
  assert.ok(message !== undefined);
  const tenant = 'tenant' in record && record.tenant !== '-' ? record.tenant : undefined;
  assert.deepEqual(
    { ...message.parameters },
    {
      id: record.id.toWellFormed(),
      index: String(record.index),
      kind: record.kind,
      ...(tenant !== undefined && { tenant: tenant.toWellFormed() }),
    },
  );
  const document = 'body' in record ? record.body : record;
  assert.deepEqual(JSON.parse(message.message), JSON.parse(JSON.stringify(document)));
}
