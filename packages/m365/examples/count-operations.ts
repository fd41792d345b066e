/** Counts the operations in exports. Usage: node count-operations.ts FILE_OR_FOLDER… */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChunk, readInputs } from '@countersign/m365';

const folder = mkdtempSync(join(tmpdir(), 'm365-example-'));
/** Two records and one line that is not a record. */
const EXPORT = [
  '{"CreationTime":"2026-03-02T08:31:07","Id":"0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0c11",' +
    '"Operation":"FileAccessed","RecordType":6,"UserId":"freya@northmoor.example","UserType":0,' +
    '"OrganizationId":"5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794","Workload":"SharePoint"}',
  '{"CreationTime":"2026-03-02T08:32:11","Id":"0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0c12",' +
    '"Operation":"FileDownloaded","RecordType":6,"UserId":"freya@northmoor.example","UserType":0,' +
    '"OrganizationId":"5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794","Workload":"SharePoint"}',
  '{"CreationTime":"2026-03-02T08:3',
];
writeFileSync(join(folder, 'export.ndjson'), `${EXPORT.join('\n')}\n`);

const given = process.argv.slice(2);
const paths = given.length > 0 ? given : [folder];
const counts = new Map<string, number>();
let rejects = 0;
for await (const event of readInputs(paths.map((path) => ({ kind: 'path', path })))) {
  if (event.kind === 'reject') rejects++;
  if (event.kind === 'refused') console.error(event.name, event.error.message);
  if (event.kind !== 'chunk') continue;
  const context = { importNumber: 1, tenant: undefined };
  readChunk(event.chunk, context, {
    record: (_, value) => {
      const operation = String(value['Operation'] ?? value['operationName']);
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    },
    reject: () => rejects++,
    page: () => undefined,
    addCompleteness: () => undefined,
  });
}
rmSync(folder, { recursive: true });
console.log(counts, { rejects });
if (given.length === 0 && (counts.size !== 2 || rejects !== 1)) process.exitCode = 1;
