import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { formatLeaf, type Leaf, parseLeaf } from './leaf.ts';
import { LeafParser } from './leaf-parser.ts';

const TENANTS = ['11111111-2222-3333-4444-555555555555', '-'] as readonly string[];

const leaves: fc.Arbitrary<Leaf> = fc.record(
  {
    kind: fc.constantFrom('record', 'import'),
    tenant: fc.constantFrom(...TENANTS) as fc.Arbitrary<TenantId>,
    source: fc.constantFrom('m365.export/unified-audit-log', 'graph/signIns'),
    id: fc.constantFrom(
      'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      `~${'0a'.repeat(16)}`,
      `=${'f9'.repeat(16)}`,
    ),
    at: fc.constantFrom('2024-01-12T08:31:07Z', '2024-02-29T23:59:59.1234567Z'),
    seen: fc.constantFrom('2024-01-12T09:40:02.118Z', '2024-01-12T09:40:02.000Z'),
    size: fc.nat(4_000_000_000),
    commitment: fc.constantFrom('0'.repeat(64), 'ab'.repeat(32)),
  },
  { noNullPrototype: true },
) as fc.Arbitrary<Leaf>;

test('reads any sequence of leaves like the parser of one leaf', () => {
  fc.assert(
    fc.property(fc.array(leaves, { minLength: 1, maxLength: 8 }), (run) => {
      const parser = new LeafParser();
      for (const leaf of run) {
        assert.deepEqual(parser.parse(Buffer.from(formatLeaf(leaf))), leaf);
      }
    }),
    runs(300),
  );
});

test('accepts and refuses the same bytes as the parser of one leaf', () => {
  fc.assert(
    fc.property(leaves, leaves, fc.nat(), fc.nat(255), (before, leaf, place, byte) => {
      const parser = new LeafParser();
      parser.parse(Buffer.from(formatLeaf(before)));
      const bytes = Buffer.from(formatLeaf(leaf));
      bytes[place % bytes.length] = byte;
      assert.deepEqual(
        outcome(() => parser.parse(bytes)),
        outcome(() => parseLeaf(bytes)),
      );
    }),
    runs(2_000, 200_000),
  );
});

function outcome(parse: () => Leaf): Leaf | string {
  try {
    return parse();
  } catch (error) {
    return String(error);
  }
}
