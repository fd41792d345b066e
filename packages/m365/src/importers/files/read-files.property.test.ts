import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { collectBytes, essence } from '../../testing/collect.ts';
import { type Audit, audit, renderings, TENANT } from '../../testing/render.ts';
import type { Reject } from './chunks/chunk.ts';

/** Texts that break readers which split before they parse. */
const awkward = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '"',
    '""',
    '","',
    '\r\n',
    '{',
    '}{',
    '"}\n{"',
    '\\',
    '\\"',
    ';',
    '\t',
    '[',
    'é',
    '😀',
  ),
);

const audits: fc.Arbitrary<readonly Audit[]> = fc
  .array(fc.record({ a: awkward, b: awkward, c: fc.option(awkward) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rows) => rows.map(({ a, b, c }, i) => audit(i, { Item: a, [`x${b}`]: [b, { c }] })));

const cuts = fc.record({
  pieces: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
  chunkBytes: fc.integer({ min: 1, max: 3000 }),
});

const encodings: Record<string, (text: string) => Uint8Array> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16LE with mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16LE': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16BE with mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  gzip: (text) => gzipSync(text),
  zstd: (text) => zstdCompressSync(text),
  'gzip in zstd': (text) => zstdCompressSync(gzipSync(text)),
};

test('gives the same records for every form, encoding, compression and split', async () => {
  const form = fc.nat();
  const encoding = fc.constantFrom(...Object.keys(encodings));
  await fc.assert(
    fc.asyncProperty(audits, cuts, form, encoding, async (records, cut, formNumber, name) => {
      const forms = renderings(records);
      const { text } = forms[formNumber % forms.length] as { text: string };
      const read = await collectBytes((encodings[name] as (t: string) => Uint8Array)(text), cut);
      assert.deepEqual(read.rejects, []);
      assert.deepEqual(read.refused, []);
      assert.deepEqual(
        read.drafts.map(essence),
        records.map((one) => ({
          tenant: TENANT,
          source: 'm365.export/unified-audit-log',
          id: one['Id'],
          at: `${String(one['CreationTime'])}Z`,
          body: JSON.stringify(one),
        })),
      );
    }),
    runs(300, 5_000),
  );
});

test('rows are numbered in order, and each locus points at its record', async () => {
  await fc.assert(
    fc.asyncProperty(audits, cuts, fc.nat(), async (records, cut, formNumber) => {
      const forms = renderings(records);
      const { text } = forms[formNumber % forms.length] as { text: string };
      const read = await collectBytes(text, cut);
      const bytes = Buffer.from(text);
      for (const [i, { locus }] of read.drafts.entries()) {
        assert.ok(locus);
        assert.equal(locus.row, i + 1);
        assert.equal(locus.importNumber, 7);
        const place = bytes.toString('utf8', locus.offset, locus.offset + locus.length);
        assert.ok(place.includes(String(records[i]?.['Id'])));
      }
    }),
    runs(200, 2_000),
  );
});

test('damage never crashes or hangs, and the split of the text makes no difference', async () => {
  const edits = fc.array(
    fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('flip', 'drop', 'insert', 'truncate', 'double'),
      byte: fc.oneof(
        fc.constantFrom(0x22, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x0a, 0x0d, 0x00, 0xff),
        fc.nat(255),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(audits, cuts, fc.nat(), edits, async (records, cut, formNumber, changes) => {
      const forms = renderings(records);
      const { text } = forms[formNumber % forms.length] as { text: string };
      let bytes: Buffer = Buffer.from(text);
      for (const { at, kind, byte } of changes) bytes = damage(bytes, at, kind, byte);
      const whole = await collectBytes(bytes);
      const inPieces = await collectBytes(bytes, cut);
      assert.deepEqual(inPieces.drafts.map(withPlace), whole.drafts.map(withPlace));
      assert.deepEqual(inOrder(inPieces.rejects), inOrder(whole.rejects));
      assert.deepEqual(inPieces.refused.map(codeOf), whole.refused.map(codeOf));
      for (const { length, row } of whole.rejects) assert.ok(length > 0 && row > 0);
    }),
    runs(300, 6_000),
  );
});

test('one wrong byte in a record costs only that record', async () => {
  const several = audits.filter((records) => records.length > 2);
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('"{}[],:\\\n\r\0')), fc.nat(255));
  const place = fc.record({ record: fc.nat(), at: fc.nat(), byte, form: fc.nat() });
  const kind = fc.constantFrom('flip', 'insert', 'drop one');
  await fc.assert(
    fc.asyncProperty(several, cuts, place, kind, async (records, cut, where, edit) => {
      const forms = renderings(records);
      const { text } = forms[where.form % forms.length] as { text: string };
      const intact = await collectBytes(text);
      const victim = where.record % records.length;
      const locus = intact.drafts[victim]?.locus;
      assert.ok(locus);
      // The first byte stays: the format may be recognized only by it.
      const at = locus.offset + 1 + (where.at % (locus.length - 1));
      const bytes = Buffer.from(text);
      const changed = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(edit === 'drop one' ? [] : [where.byte]),
        bytes.subarray(edit === 'insert' ? at : at + 1),
      ]);
      const read = await collectBytes(changed, cut);
      const others = intact.drafts.filter((_, i) => i !== victim).map((draft) => draft.id);
      const ids = read.drafts.map((draft) => draft.id);
      assert.deepEqual(
        ids.filter((id) => others.includes(id)),
        others,
      );
      assert.ok(
        read.drafts.length + read.rejects.length >= records.length,
        'no change goes unreported',
      );
    }),
    runs(300, 6_000),
  );
});

/** The two halves find rejects at different times. */
function inOrder(rejects: readonly Reject[]): Reject[] {
  return rejects.toSorted((a, b) => a.offset - b.offset || a.row - b.row);
}

function damage(bytes: Buffer, place: number, kind: string, byte: number): Buffer {
  const at = place % Math.max(1, bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'drop':
      return Buffer.concat([before, after.subarray(1 + (byte % 40))]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), after]);
    case 'truncate':
      return Buffer.from(before);
    default:
      return Buffer.concat([bytes, bytes.subarray(at)]);
  }
}

function withPlace(draft: Parameters<typeof essence>[0]): unknown {
  return { ...(essence(draft) as object), locus: draft.locus };
}

function codeOf({ error }: { readonly error: { readonly code: string } }): string {
  return error.code;
}
