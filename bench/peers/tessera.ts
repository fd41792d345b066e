import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstLine, type Peer, timed } from './peer.ts';

/** The example reads each entry from its own file. More files would measure the file system. */
const ENTRIES_MAX = 20_000;
const COMMAND = 'posix-oneshot';

/**
 * A tlog-tiles log in files, like our ledger without deduplication, erasure and an archive. From
 * Tessera's examples: `go install github.com/transparency-dev/tessera/cmd/examples/posix-oneshot`.
 */
export const tessera: Peer = {
  name: 'Tessera POSIX',
  part: `log of ${ENTRIES_MAX} entries`,
  version: async () =>
    firstLine('sh', ['-c', `command -v ${COMMAND}`]) === undefined ? undefined : '',
  measure: async ({ file, count, folder }) => {
    const entries = join(folder, 'tessera-entries');
    const storage = join(folder, 'tessera');
    rmSync(storage, { recursive: true, force: true });
    const units = writeEntries(file, entries, Math.min(count, ENTRIES_MAX));
    const output = join(folder, 'tessera-output');
    const key = join(folder, 'tessera-key');
    writeFileSync(key, privateKey('bench.example/log'));
    const flags = [`--storage_dir=${storage}`, `--entries=${entries}/*`, `--private_key=${key}`];
    return { units, ...(await timed([COMMAND, ...flags], output)) };
  },
};

/** A new key for this run's log, as Go's note package writes it. */
function privateKey(name: string): string {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [publicKey, seed] = [x, d].map((text) => Buffer.from(text, 'base64url')) as [
    Buffer,
    Buffer,
  ];
  const ed25519 = Buffer.of(1);
  const digest = createHash('sha256')
    .update(`${name}\n`)
    .update(ed25519)
    .update(publicKey)
    .digest();
  const encoded = Buffer.concat([ed25519, seed]).toString('base64');
  return `PRIVATE+KEY+${name}+${digest.subarray(0, 4).toString('hex')}+${encoded}`;
}

function writeEntries(file: string, folder: string, count: number): number {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, count);
  for (const [at, line] of lines.entries()) writeFileSync(join(folder, String(at)), line);
  return lines.length;
}
