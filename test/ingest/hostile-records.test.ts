import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { FAILED } from '../../apps/countersign/src/detection/findings/failure.ts';
import { THROTTLED } from '../../apps/countersign/src/detection/rules/throttled-rule.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { type Draw, withHostile } from '../../tools/testing/hostile-values.ts';
import { play } from '../support/detection/play-scenario.ts';
import { temporaryFolder } from '../support/folders.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const RECORDS = IS_LONG ? 10_000 : 1500;
const SCENARIOS = ['mailbox-rule-fraud', 'token-theft', 'brute-force'];
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const root = temporaryFolder('hostile-records');

/** The members that identify form and time of a record. All others may be hostile. */
const KEPT: ReadonlySet<string> = new Set([
  ...['CreationTime', 'createdDateTime', 'activityDateTime', 'time', 'TimeGenerated', 'Timestamp'],
  ...['RecordType', 'category', 'receivedDateTime', 'OrganizationId', 'tenantId'],
]);

function drawOf(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Adds hostile records beside each feed, most with their own ids. */
function addHostile(folder: string, into: string): number {
  const draw = drawOf(SEED);
  const files = readdirSync(folder).sort();
  mkdirSync(into, { recursive: true });
  let count = 0;
  for (const name of files) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
    const hostile = Array.from({ length: Math.ceil(RECORDS / files.length) }, (_, n) => {
      let record: unknown = JSON.parse(lines[draw(lines.length)] as string);
      for (let times = 1 + draw(3); times > 0; times--) {
        record = withHostile(record, draw, (member) => KEPT.has(member));
      }
      // Most are their own actions, and some share the id of a valid record.
      return draw(20) === 0 ? record : withNewIds(record, `${name} ${count + n}`);
    });
    count += hostile.length;
    writeFileSync(
      join(into, `hostile-${name}`),
      `${hostile.map((each) => JSON.stringify(each)).join('\n')}\n`,
    );
  }
  return count;
}

function withNewIds(record: unknown, salt: string): unknown {
  const of = record as Record<string, unknown>;
  const digest = Buffer.from(salt.padEnd(32, '.')).toString('hex').slice(-32);
  const id = digest.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const names = ['Id', 'id', 'UniqueTokenId'].filter((name) => typeof of[name] === 'string');
  return { ...of, ...Object.fromEntries(names.map((name) => [name, id])) };
}

async function foundIn(name: string, paths: readonly string[]): Promise<readonly StoredFinding[]> {
  const dir = join(root, name);
  const detection = await loadDetection();
  const writer = await openLedgerWriter({ dir, clock: systemClock, random, detection });
  const inputs = paths.map((path) => ({ kind: 'path', path }) as const);
  const report = await importPaths(writer, {
    inputs,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  await closeWriter(writer);
  assert.deepEqual(report.failed, []);
  assert.ok(report.accepted > 0);
  const store = await StoreReader.open(dir);
  try {
    assert.equal(
      store.laggingStage('detection/'),
      undefined,
      'every detector has run over everything',
    );
    return store.findings.list();
  } finally {
    store.close();
  }
}

test('hostile records make no detector fail, and hide no attack', async (t) => {
  const clean = join(root, 'clean');
  const options = { seed: SEED, days: 3, tenants: [{ people: 10 }], scenarios: SCENARIOS };
  await play(clean, options);
  const hostile = join(root, 'hostile');
  const count = addHostile(clean, hostile);
  const before = await foundIn('before', [clean]);
  const after = await foundIn('after', [clean, hostile]);
  t.diagnostic(`${count} hostile records; ${before.length} findings before, ${after.length} after`);
  assert.deepEqual(
    after.filter(({ draft: { rule } }) => rule === FAILED),
    [],
  );
  const throttled = after.filter(({ draft: { rule } }) => rule === THROTTLED);
  const isThrottled = (rule: string): boolean =>
    throttled.some(({ draft: { group } }) => group.startsWith(`${rule} `));
  const uids = new Set(after.map(({ uid }) => uid));
  const hidden = before.filter(({ uid, draft: { rule } }) => !uids.has(uid) && !isThrottled(rule));
  const shown = hidden.map(({ draft: { rule, group, title } }) => `${rule} ${group}: ${title}`);
  assert.deepEqual(shown, []);
  assert.ok(
    before.some(({ draft: { severity } }) => severity >= 4),
    'there is an attack',
  );
});
