import assert from 'node:assert/strict';
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A client of a log as static files. Written only from the C2SP texts (signed-note,
 * tlog-checkpoint, tlog-tiles) and RFC 6962, without ledger code, so that it cannot share a mistake
 * with it.
 */
export class StaticLog {
  readonly #folder: string;
  readonly #origin: string;
  readonly #keyId: Buffer;
  readonly #key: KeyObject;
  #leafHashes: readonly Buffer[] = [];
  #last: Checkpoint = { size: 0, root: sha256() };

  constructor(folder: string, vkey: string) {
    this.#folder = folder;
    const [name = '', id = '', ...key] = vkey.split('+');
    const typeAndKey = Buffer.from(key.join('+'), 'base64');
    assert.equal(typeAndKey[0], 1, 'signed-note: type 0x01 is Ed25519');
    assert.equal(typeAndKey.length, 33);
    this.#origin = name;
    this.#keyId = sha256(name, '\n', typeAndKey).subarray(0, 4);
    assert.equal(id, this.#keyId.toString('hex'), 'the key id is the hash of name and key');
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      typeAndKey.subarray(1),
    ]);
    this.#key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  }

  get size(): number {
    return this.#last.size;
  }

  /** Reads the whole log as it is now. Throws if any part is missing or false. */
  readCheckpoint(): Checkpoint {
    const checkpoint = this.#checkpoint();
    const { size, root } = checkpoint;
    assert.ok(size >= this.#last.size, 'a log does not shrink');
    const leaves = this.#leaves(size);
    for (const [at, hash] of this.#leafHashes.entries()) {
      assert.deepEqual(leaves[at], hash, `entry ${at} is unchanged`);
    }
    assert.deepEqual(treeHash(leaves), root, `the root of ${size} entries`);
    // The old root over the new leaves: the claim of a consistency proof.
    assert.deepEqual(treeHash(leaves.slice(0, this.#last.size)), this.#last.root);
    this.#checkTiles(leaves);
    this.#leafHashes = leaves;
    this.#last = checkpoint;
    return checkpoint;
  }

  #checkpoint(): Checkpoint {
    const note = readFileSync(join(this.#folder, 'checkpoint'), 'utf8');
    const end = note.lastIndexOf('\n\n') + 1;
    assert.ok(end > 0, 'a blank line separates text and signatures');
    const text = note.slice(0, end);
    const [origin, size = '', root = '', last, ...rest] = text.split('\n');
    assert.equal(origin, this.#origin);
    assert.match(size, /^(?:0|[1-9]\d*)$/);
    assert.equal(last, '');
    assert.deepEqual(rest, []);
    const signatures = note
      .slice(end + 1)
      .trimEnd()
      .split('\n');
    assert.ok(
      signatures.some((line) => this.#isOurs(line, text)),
      'the log has signed',
    );
    const hash = Buffer.from(root, 'base64');
    assert.equal(hash.toString('base64'), root);
    assert.equal(hash.length, 32);
    return { size: Number(size), root: hash };
  }

  #isOurs(line: string, text: string): boolean {
    const [dash, name, base64 = ''] = line.split(' ');
    assert.equal(dash, '\u2014');
    const bytes = Buffer.from(base64, 'base64');
    if (name !== this.#origin || !bytes.subarray(0, 4).equals(this.#keyId)) return false;
    const isTrue = verify(null, Buffer.from(text), this.#key, bytes.subarray(4));
    assert.ok(isTrue, 'a signature by a known key must verify');
    return isTrue;
  }

  /** The hashes of all entries, from the entry bundles. */
  #leaves(size: number): Buffer[] {
    const leaves: Buffer[] = [];
    for (let n = 0; n * 256 < size; n++) {
      const width = Math.min(256, size - n * 256);
      const bundle = this.#read(`tile/entries/${pathOf(n)}`, width, size);
      let at = 0;
      for (let i = 0; i < width; i++) {
        const length = bundle.readUInt16BE(at);
        const entry = bundle.subarray(at + 2, at + 2 + length);
        assert.equal(entry.length, length, `entry ${n * 256 + i} is whole`);
        leaves.push(sha256(Buffer.of(0), entry));
        at += 2 + length;
      }
    }
    return leaves;
  }

  /** Every tile that a client of this size requests: level by level, until one tile is left. */
  #checkTiles(leaves: readonly Buffer[]): void {
    let hashes = leaves;
    for (let level = 0; hashes.length > 0; level++) {
      for (let n = 0; n * 256 < hashes.length; n++) {
        const expected = Buffer.concat(hashes.slice(n * 256, n * 256 + 256));
        const width = expected.length / 32;
        const tile = this.#read(`tile/${level}/${pathOf(n)}`, width, leaves.length);
        assert.deepEqual(tile.subarray(0, expected.length), expected, `tile ${level}/${n}`);
      }
      // Partial tiles are never hashed upward.
      const full = Math.floor(hashes.length / 256);
      hashes = Array.from({ length: full }, (_, n) =>
        treeHash(hashes.slice(n * 256, n * 256 + 256)),
      );
    }
  }

  /** The partial resource, or the full one that must have superseded it. */
  #read(path: string, width: number, size: number): Buffer {
    const names = width === 256 ? [path] : [`${path}.p/${width}`, path];
    for (const name of names) {
      const bytes = readOrNothing(join(this.#folder, name));
      if (bytes !== undefined) return bytes;
    }
    return assert.fail(`for a checkpoint of ${size} entries there is no ${names.join(' or ')}`);
  }
}

export type Checkpoint = { readonly size: number; readonly root: Buffer };

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** tlog-tiles: three digits per element, with an `x` before all but the last. */
function pathOf(n: number): string {
  const digits = String(n);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  return (padded.match(/\d{3}/g) ?? [])
    .join('/x')
    .replace(/^(?=\d{3}\/)/, 'x')
    .replace(/x(\d{3})$/, '$1');
}

/** MTH of RFC 6962 section 2.1, over leaf hashes. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  const [first] = hashes;
  if (first === undefined) return sha256();
  if (hashes.length === 1) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Buffer.of(1), treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)));
}

function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
