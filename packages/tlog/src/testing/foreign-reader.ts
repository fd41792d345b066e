import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { naiveRoot } from './naive-tree.ts';

/** Returns a file of a static log by its path below the log; undefined if it does not exist. */
export type ReadResource = (path: string) => Uint8Array | undefined;

/**
 * Reads a whole log by the C2SP tlog-tiles specification, without code of the ledger. Checks entry
 * bundles against tiles of level 0, each higher tile against the tiles below, and the root. Throws
 * if anything is missing or does not match. Returns the entries.
 */
export function readWholeLog(read: ReadResource): readonly Buffer[] {
  const checkpoint = read('checkpoint');
  assert.ok(checkpoint !== undefined, 'there is a checkpoint');
  const [, sizeLine, rootLine] = Buffer.from(checkpoint).toString('utf8').split('\n');
  const size = Number(sizeLine);
  const entries: Buffer[] = [];
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    entries.push(...readEntries(resource(read, `tile/entries/${digits(n)}`, width), width));
  }
  const leaves = entries.map((entry) => sha256(Buffer.from([0]), entry));
  assert.equal(naiveRoot(leaves).toString('base64'), rootLine, `the root of ${size} entries`);
  let hashes = leaves;
  for (let level = 0; hashes.length > 0; level++) {
    const full: Buffer[] = [];
    for (let n = 0; n * 256 < hashes.length; n++) {
      const held = hashes.slice(n * 256, (n + 1) * 256);
      const bytes = resource(read, `tile/${level}/${digits(n)}`, held.length);
      const tile = Buffer.from(bytes.subarray(0, held.length * 32));
      assert.ok(tile.equals(Buffer.concat(held)), `tile ${n} of level ${level} at size ${size}`);
      if (held.length === 256) full.push(naiveRoot(held));
    }
    hashes = full;
  }
  return entries;
}

/** The partial resource, or the full one that may have replaced it. */
function resource(read: ReadResource, path: string, width: number): Uint8Array {
  const bytes = (width < 256 ? read(`${path}.p/${width}`) : undefined) ?? read(path);
  assert.ok(bytes !== undefined, `${path} is there, ${width} wide`);
  return bytes;
}

function readEntries(bundle: Uint8Array, count: number): readonly Buffer[] {
  const bytes = Buffer.from(bundle);
  const entries: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + 2 + bytes.readUInt16BE(at);
    assert.ok(end <= bytes.length, 'an entry is whole');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** Small logs only: three digits name the first thousand tiles. */
function digits(n: number): string {
  assert.ok(n < 1000, 'a small log');
  return String(n).padStart(3, '0');
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
