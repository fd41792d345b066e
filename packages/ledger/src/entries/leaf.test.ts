import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_KINDS, normalizeInstant, OWN_TENANT, type TenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { LedgerError } from '../errors.ts';
import {
  checkEventTime,
  checkLeafHead,
  formatLeaf,
  type Leaf,
  parseLeaf,
  seenText,
} from './leaf.ts';

const TENANT = '4d1f2a60-97b3-4c58-8e21-5a0c9be7d3f4' as TenantId;
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

const leaves: fc.Arbitrary<Leaf> = fc.record(
  {
    kind: fc.constantFrom(...ENTRY_KINDS),
    tenant: fc.constantFrom(TENANT, OWN_TENANT),
    source: fc.constantFrom('m365.export/unified-audit-log', 'azure-monitor/SignInLogs', 'x'),
    id: fc.oneof(
      hex(32).map((h) => `~${h}`),
      hex(32).map((h) => `=${h}`),
      fc.uuid(),
    ),
    at: fc.constantFrom(
      '2024-02-29T23:59:59Z',
      '2024-01-12T08:31:07.1234567Z',
      '0999-12-01T00:00:00.5Z',
    ),
    seen: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((d) => d.toISOString()),
    size: fc.nat(),
    commitment: hex(64),
  },
  { noNullPrototype: true },
);

test('a leaf reads back as it was written, and has one spelling', () => {
  fc.assert(
    fc.property(leaves, (leaf) => {
      const text = formatLeaf(leaf);
      assert.deepEqual(parseLeaf(Buffer.from(text)), leaf);
      assert.equal(JSON.stringify({ v: 2, ...leaf }), text);
    }),
    runs(200),
  );
});

test('a leaf with one byte changed, dropped or added is another leaf, or is refused', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), fc.nat(255), fc.nat(2), (leaf, place, byte, kind) => {
      const bytes = Buffer.from(formatLeaf(leaf));
      const at = place % bytes.length;
      const parts = [bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)];
      if (kind > 0) parts[2] = bytes.subarray(at + 1);
      if (kind === 2) parts[1] = Buffer.alloc(0);
      const changed = Buffer.concat(parts);
      if (changed.equals(bytes)) return;
      try {
        assert.deepEqual(Buffer.from(formatLeaf(parseLeaf(changed))), changed);
      } catch (error) {
        assert.ok(error instanceof LedgerError && error.code === 'MALFORMED_LEAF');
      }
    }),
    runs(500),
  );
});

test('event times are accepted exactly if they are in the normal form', () => {
  const digits = fc.constantFrom(
    '00',
    '01',
    '02',
    '09',
    '12',
    '13',
    '23',
    '24',
    '28',
    '29',
    '30',
    '31',
    '32',
    '59',
    '60',
  );
  const fraction = fc.constantFrom('', '.1', '.10', '.0000001', '.1234567', '.12345678', '.', '.0');
  fc.assert(
    fc.property(
      fc.constantFrom('2023', '2024', '1900', '2000'),
      digits,
      digits,
      digits,
      digits,
      digits,
      fraction,
      fc.constantFrom('Z', 'z', ''),
      (year, month, day, hour, minute, second, decimals, zone) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${decimals}${zone}`;
        const isNormal = normalizeInstant(text) === text;
        if (isNormal) checkEventTime(text);
        else assert.throws(() => checkEventTime(text), { code: 'INVALID_DRAFT' });
      },
    ),
    runs(2000),
  );
});

test('refuses a source that would need a JSON escape, or is too long', () => {
  for (const source of ['a"b', 'a\\b', 'a b', 'a\nb', 'ä', '', 'x'.repeat(201)]) {
    assert.throws(() => checkLeafHead('record', TENANT, source), { code: 'INVALID_DRAFT' });
  }
  checkLeafHead('record', TENANT, 'x'.repeat(200));
});

test('refuses unknown kinds and tenants', () => {
  assert.throws(() => checkLeafHead('rumour', TENANT, 'x'), { code: 'INVALID_DRAFT' });
  assert.throws(() => checkLeafHead('record', TENANT.toUpperCase(), 'x'), {
    code: 'INVALID_DRAFT',
  });
  assert.throws(() => checkLeafHead('record', '', 'x'), { code: 'INVALID_DRAFT' });
});

test('the time of arrival is written in milliseconds', () => {
  assert.equal(seenText(Date.UTC(2024, 0, 12, 9, 40, 2, 118)), '2024-01-12T09:40:02.118Z');
});
