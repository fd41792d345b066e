import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importHere } from '../account.ts';
import { recordText } from '../ingest/audit-record.ts';

/**
 * Writes a small data folder in the format of this version, for the upgrade tests of later ones:
 *
 *     node test/support/ledger/format-folder-process.ts FOLDER
 *     tar -C FOLDER -czf test/ledger/folders/format-2.tgz .
 *
 * Run it only for a new format. The committed archive of an old format never changes.
 */
const [folder = ''] = process.argv.slice(2);
const data = join(folder, 'build');
const record = join(folder, 'records.json');
await importHere(data, ...[0, 1].map((at) => written(`${record}.${at}`, at)));
for (const name of ['countersign.json', 'keys', 'ledger', 'bodies', 'journal', 'quarantine']) {
  cpSync(join(data, name), join(folder, name), { recursive: true });
}
rmSync(data, { recursive: true });
for (const at of [0, 1]) rmSync(`${record}.${at}`);

/** Enough entries for a full tile, and a file that cannot be read. */
function written(path: string, at: number): string {
  const lines = Array.from({ length: 300 }, (_, i) => recordText(i));
  writeFileSync(path, at === 0 ? lines.join('\n') : '{"UserId":"pavel@northmoor.example",,}');
  return path;
}
