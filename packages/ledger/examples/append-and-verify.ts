/** Appends records twice, rejects the duplicates, and shows that fsck names a changed byte. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWN_TENANT, type RecordDraft, systemClock, systemRandom } from '@countersign/core';
import { fsck, Ledger } from '@countersign/ledger';

const dir = mkdtempSync(join(tmpdir(), 'ledger-example-'));
const drafts = [1, 2, 3].map(
  (order): RecordDraft => ({
    kind: 'record',
    tenant: OWN_TENANT,
    source: 'other/json',
    id: `order ${order}`,
    at: '2026-03-02T08:00:00Z',
    body: Buffer.from(JSON.stringify({ order })),
  }),
);

const ledger = await Ledger.open({ dir, clock: systemClock, random: systemRandom });
await ledger.append(drafts);
const again = await ledger.append(drafts);
console.log(again.map(({ index, duplicate }) => `${index} ${duplicate}`));
await ledger.close();
console.log('before:', await fsck({ dir, threads: 0 }));

const segment = readdirSync(join(dir, 'bodies'), { recursive: true, encoding: 'utf8' }).find(
  (name) => name.endsWith('.seg'),
);
const path = join(dir, 'bodies', segment ?? '');
const bytes = readFileSync(path);
bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
writeFileSync(path, bytes);
const report = await fsck({ dir, threads: 0 });
console.log('after one changed bit:', report.problems[0]);
rmSync(dir, { recursive: true });
if (report.ok) throw new Error('fsck did not see the changed bit');
