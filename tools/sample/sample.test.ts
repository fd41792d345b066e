import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { buildSample } from './build.ts';
import type { ExportFile } from './exports.ts';
import type { Document } from './journal.ts';
import type { PolicyFile } from './policy-files.ts';

const FOLDER = join(import.meta.dirname, '../../content/sample');
/** Every clone of the project fetches these. */
const FILE_BYTES_MAX = 400 * 1024;

let files: readonly ExportFile[] = [];
let policyFiles: readonly PolicyFile[] = [];
before(() => {
  ({ exports: files, policyFiles } = buildSample());
});

function listed(name: string): Document[] {
  const file = files.find((f) => f.name === name);
  assert.ok(file !== undefined);
  return (JSON.parse(file.text) as { value: Document[] }).value;
}

/** The AuditData cells, with the quoting removed. */
function auditRecords(): Document[] {
  const cells = files
    .filter((f) => f.name.endsWith('.csv'))
    .flatMap((f) => Array.from(f.text.matchAll(/"(\{(?:[^"]|"")*\})"/g), (m) => m[1] as string));
  const rows = cells.map((cell) => JSON.parse(cell.replaceAll('""', '"')) as Document);
  return [...rows, ...listed('audit-log-query.json').map((item) => item['auditData'] as Document)];
}

test('generates the sample in the repository, byte for byte', () => {
  const held = readdirSync(join(FOLDER, 'export'));
  assert.deepEqual(held.sort(), files.map((f) => `${f.name}.gz`).sort());
  for (const file of files) {
    const path = join(FOLDER, 'export', `${file.name}.gz`);
    assert.ok(gunzipSync(readFileSync(path)).toString() === file.text, `${file.name} differs`);
    assert.ok(statSync(path).size < FILE_BYTES_MAX);
  }
  for (const { name, text } of policyFiles) {
    assert.equal(readFileSync(join(FOLDER, name), 'utf8'), text, name);
  }
});

test('states in its README how many records it holds', () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const records = auditRecords();
  const signIns = listed('sign-ins.json');
  const total = records.length + signIns.length + listed('directory-audits.json').length;
  const ids = new Set(records.map((r) => r['Id']));
  const shared = signIns.filter((s) => ids.has(s['id'])).length;
  const text = (n: number): string => n.toLocaleString('en-US');
  assert.ok(readme.includes(`${text(total)} records`), `${text(total)} records`);
  assert.ok(readme.includes(`${text(total - shared)} actions`), `${text(total - shared)} actions`);
});

test('contains every record once in the audit log', () => {
  const ids = auditRecords().map((r) => r['Id']);
  assert.equal(new Set(ids).size, ids.length);
});

test('links every action to a token and a session of a sign-in', () => {
  const signIns = listed('sign-ins.json');
  const tokens = new Set(signIns.map((s) => s['uniqueTokenIdentifier']));
  const sessions = new Set(signIns.map((s) => s['sessionId']));
  for (const record of auditRecords()) {
    const context = record['AppAccessContext'] as Document | undefined;
    if (context === undefined) continue;
    assert.ok(tokens.has(context['UniqueTokenId']), `${String(record['Id'])} has a stray token`);
    const session = context['AADSessionId'];
    assert.ok(session === undefined || sessions.has(session));
  }
});

test('stops recording the reads of the throttled mailbox for a day', () => {
  const binds = auditRecords().filter((r) => r['RecordType'] === 50);
  const isThrottled = (r: Document): boolean =>
    JSON.stringify(r['OperationProperties']).includes('"IsThrottled","Value":"True"');
  const [last, ...others] = binds.filter(isThrottled);
  assert.ok(last !== undefined && others.length === 0);
  const fromMs = Date.parse(`${String(last['CreationTime'])}Z`);
  const after = binds.filter((r) => {
    const ms = Date.parse(`${String(r['CreationTime'])}Z`) - fromMs;
    return r['MailboxOwnerUPN'] === last['MailboxOwnerUPN'] && ms > 0 && ms < 86_400_000;
  });
  assert.equal(after.length, 0);
});

test('contains no real name or domain', () => {
  const addresses = files.flatMap((f) => f.text.match(/[\w.]+@[\w.-]+\w/g) ?? []);
  const strange = new Set(
    addresses.filter((a) => !/\.example$|@live\.com$|@thread\.tacv2$/.test(a)),
  );
  assert.deepEqual([...strange], []);
});
