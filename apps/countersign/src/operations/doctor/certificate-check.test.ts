import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { selfSigned } from '@countersign/emulator';
import { listenerCertificateCheck } from './certificate-check.ts';
import { type Check, CheckList } from './check.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const DAY_MS = 86_400_000;
const root = mkdtempSync(join(tmpdir(), 'countersign-certificate-'));
after(() => rmSync(root, { recursive: true, force: true }));

async function pair(name: string, days: number): Promise<{ certificate: string; key: string }> {
  const validFromMs = NOW_MS - DAY_MS;
  const validToMs = NOW_MS + days * DAY_MS;
  const { certPem, keyPem } = await selfSigned({ commonName: name, validFromMs, validToMs });
  const files = { certificate: join(root, `${name}.pem`), key: join(root, `${name}.key`) };
  writeFileSync(files.certificate, certPem);
  writeFileSync(files.key, keyPem, { mode: 0o600 });
  return files;
}

function checked(files: { certificate: string; key: string }): readonly Check[] {
  const list = new CheckList('hosts');
  listenerCertificateCheck(list, files, NOW_MS);
  return list.checks;
}

test('a certificate needs its own key, and two weeks', async () => {
  const [good, soon] = [await pair('good', 90), await pair('soon', 3)];
  assert.deepEqual(
    checked(good).map(({ answer }) => answer),
    ['yes', 'yes'],
  );
  const mixed = checked({ ...good, key: soon.key });
  assert.match(mixed[1]?.text ?? '', /belongs to another certificate/);
  assert.equal(mixed[1]?.answer, 'no');
  assert.equal(checked(soon)[0]?.answer, 'no');
  assert.match(checked(soon)[0]?.text ?? '', /expires on 2026-03-05/);
});

test('files that cannot be read are a no, with the path', async () => {
  const good = await pair('other', 90);
  const none = join(root, 'none.pem');
  assert.match(checked({ ...good, certificate: none })[0]?.text ?? '', /none\.pem/);
  assert.equal(checked({ ...good, key: none })[1]?.answer, 'no');
  assert.equal(checked({ ...good, key: good.certificate })[1]?.answer, 'no');
});
