import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';

/** The position of a text, and its spelling. */
export type Finding = { readonly where: string; readonly text: string; readonly how: string };

/**
 * Searches every byte of a folder for texts (ASCII), in any case, in UTF-8 and UTF-16. Covers file
 * names, raw files, zstd and gzip content, the cells of Parquet, and base64.
 */
export async function searchFolder(dir: string, texts: readonly string[]): Promise<Finding[]> {
  const needles = texts.flatMap(needlesOf);
  const findings: Finding[] = [];
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const search = (bytes: Buffer, where: string): void => {
      findings.push(...searchBytes(bytes, where, needles));
    };
    search(Buffer.from(path.slice(dir.length)), `the name ${path}`);
    if (!entry.isFile()) continue;
    const bytes = readFileSync(path);
    search(bytes, path);
    for (const [at, unpacked] of unpackedWithin(bytes))
      search(unpacked, `${path}, packed at ${at}`);
    if (path.endsWith('.parquet')) search(Buffer.from(await cellsOf(path)), `cells of ${path}`);
  }
  return findings;
}

type Needle = { readonly text: string; readonly how: string; readonly spelling: string };

/**
 * Spellings as Latin-1 text of their bytes. All are in lower case except base64, which is
 * case-sensitive.
 */
function needlesOf(text: string): Needle[] {
  const lower = text.toLowerCase();
  const utf16 = Buffer.from(lower, 'utf16le').toString('latin1');
  const wide = [
    { text, how: 'UTF-16LE', spelling: utf16.slice(0, -1) },
    { text, how: 'UTF-16BE', spelling: utf16.slice(1, -1) },
  ];
  const base64 = [text, lower].flatMap((form) =>
    [0, 1, 2].map((shift) => ({ text, how: 'base64', spelling: base64At(form, shift) })),
  );
  return [{ text, how: 'UTF-8', spelling: lower }, ...wide, ...base64];
}

/** The invariant part of the base64 of a text that begins `shift` bytes after a boundary. */
function base64At(text: string, shift: number): string {
  const encoded = Buffer.from('\0'.repeat(shift) + text).toString('base64');
  const from = shift === 0 ? 0 : 4;
  return encoded.slice(from, Math.floor((Buffer.byteLength(text) + shift) / 3) * 4);
}

function searchBytes(bytes: Buffer, where: string, needles: readonly Needle[]): Finding[] {
  const asItIs = bytes.toString('latin1');
  const lower = asItIs.toLowerCase();
  return needles
    .filter(({ how, spelling }) => (how === 'base64' ? asItIs : lower).includes(spelling))
    .map(({ text, how }) => ({ where, text, how }));
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/** Everything that decompresses from any possible frame start. */
function* unpackedWithin(bytes: Buffer): Generator<[number, Buffer]> {
  for (const [magic, unpack] of [
    [ZSTD, zstdDecompressSync],
    [GZIP, gunzipSync],
  ] as const) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      try {
        yield [at, unpack(bytes.subarray(at))];
      } catch {
        // Bytes that only look like the beginning of a frame.
      }
    }
  }
}

async function cellsOf(path: string): Promise<string> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    const rows = await connection.runAndReadAll(
      `FROM read_parquet('${path.replaceAll("'", "''")}')`,
    );
    return JSON.stringify(rows.getRowsJson());
  } finally {
    connection.closeSync();
  }
}
