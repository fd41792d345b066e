import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import type { Collector } from '@countersign/m365';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import {
  DriftReconciler,
  type StateReconciliation,
} from '../../apps/countersign/src/reconcile/directory-drift/drift-reconciler.ts';
import { SEED } from '../../tools/property.ts';
import { askJson, assertFsckClean, withAccount } from '../support/account.ts';
import { withSink } from '../support/collection/collection.ts';
import { COLLECT, collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf } from '../support/collection/emulated-tenants.ts';
import { observe } from '../support/collection/observe.ts';
import { temporaryFolder } from '../support/folders.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-03-01T00:00:00Z');
const HOURS = 72;
const ROLE = '62e90394-69f5-4237-9190-012177145e10';
const AUDIT = 'm365.activity/Audit.AzureActiveDirectory';
const CANNOT_TELL = [3] as const;
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

type Detection = Awaited<ReturnType<typeof loadDetection>>;

const root = temporaryFolder('state-events');
const data = join(root, 'data');

let emulator: Emulator;
let detection: Detection;

before(async () => {
  const startMs = START_MS + 24 * HOUR_MS;
  detection = await loadDetection();
  emulator = await startEmulator({ seed: SEED, startMs, tenants: [{ people: 12 }] });
});

after(() => emulator.stop());

function directory(): NonNullable<ReturnType<Emulator['companies']['directories']['get']>> {
  const found = emulator.companies.directories.get(tenantOf());
  assert.ok(found !== undefined);
  return found;
}

function tenantOf(): string {
  return emulator.tenants[0]?.tenantId ?? '';
}

type Change = Parameters<ReturnType<typeof directory>['follow']>[0][number];

/** Makes a change. Returns its lines in the unified audit log. */
function apply(change: Change): string[] {
  const by = { kind: 'user', id: people()[0] ?? '', userPrincipalName: 'it@corp.example' } as const;
  const truth = { scenario: 'state', isAttacker: true };
  const atMs = emulator.clock.now();
  const { records } = directory().apply(change, {
    atMs,
    by,
    correlationId: crypto.randomUUID(),
    truth,
  });
  const lines = records.filter(({ feed }) => feed === `activity/${AUDIT.split('/')[1]}`);
  assert.ok(lines.length > 0);
  return lines.map(({ body }) => JSON.stringify(body));
}

/** A change without an audit record. */
function applyUnrecorded(change: Change): void {
  directory().follow([change], emulator.clock.now());
}

function people(): string[] {
  return [...directory().state.list('users')].map(({ object }) => object.id);
}

function peopleWithoutRoles(): string[] {
  const held = [...directory().state.list('roleAssignments')].map(({ object }) => object);
  return people().filter((id) => !held.some(({ principalId }) => principalId === id));
}

function given(id: string, principalId: string): Change {
  const object = { id, principalId, roleDefinitionId: ROLE, directoryScopeId: '/' };
  return { act: 'create', kind: 'roleAssignments', object };
}

async function totals(): Promise<StateReconciliation> {
  return withAccount(data, ({ store, ledger }) =>
    new DriftReconciler(store, ledger, store.coverage()).totals({}),
  );
}

/** The rules of the current findings. */
async function rules(): Promise<string[]> {
  return withAccount(data, async ({ store }) => {
    const status = store.findings.list().filter(({ state }) => state === 'open');
    const own = status.filter(({ draft }) => draft.rule.startsWith('reconcile/'));
    return own.map(({ draft }) => draft.rule).sort();
  });
}

async function bring(name: string, lines: readonly string[]): Promise<void> {
  const file = join(root, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const writer = await openLedgerWriter({ dir: data, clock: systemClock, random, detection });
  try {
    const inputs = [{ kind: 'path', path: file }] as const;
    const { accepted } = await importPaths(writer, {
      inputs,
      actor: Actor,
      workers: 1,
      afterImport: () => runDetection(writer),
    });
    assert.equal(accepted, lines.length);
  } finally {
    await closeWriter(writer);
  }
}

test('reports a role without a record and an event without effect, until explained', async () => {
  const { collectors, close } = collectorsFor(emulator, COLLECT.directory);
  const [collector] = collectors as [Collector];
  const [first = '', second = '', third = ''] = peopleWithoutRoles();
  const messages: string[] = [];
  let late: string[] = [];
  await withSink(data, clockOf(emulator), async (sink) => {
    const poll = async (): Promise<void> => {
      const { incomplete, problems } = await pollOnce(sink, collector);
      assert.equal(incomplete, 0, problems.join('\n'));
      await emulator.advance(2 * HOUR_MS);
    };
    await poll();
    messages.push(...apply(given('told', first)));
    late = apply(given('silent', second));
    // Its record exists, and the role does not.
    messages.push(...apply(given('without', third)));
    applyUnrecorded({ act: 'delete', kind: 'roleAssignments', id: 'without' });
    await emulator.advance(2 * HOUR_MS);
    await poll();
  });
  await close();
  await bring('told.json', messages);
  const before = await totals();
  assert.ok(before.thereBefore > 0 && before.listings > 0);
  assert.deepEqual([before.state.matched, before.state.unmatched], [1, 0], 'cannot tell yet');
  assert.deepEqual(Object.values(before.state.unknown), [1]);
  assert.deepEqual(await rules(), []);

  await observe(data, { tenant: tenantOf(), sources: [AUDIT], startMs: START_MS, hours: HOURS });
  await bring('more.json', apply(given('later', first)));
  const asked = await askJson<{ state: StateReconciliation }>(data, ['reconcile'], CANNOT_TELL);
  const { state, events } = asked.state;
  assert.deepEqual([state.matched, state.unmatched, state.unknown], [1, 1, {}]);
  assert.deepEqual([events.matched, events.unmatched], [1, 1]);
  assert.deepEqual(events.unknown, { 'not-listed-since': 1 });
  assert.deepEqual(await rules(), [
    'reconcile/event-without-effect',
    'reconcile/state-without-event',
  ]);

  await bring('late.json', late);
  assert.deepEqual(
    await rules(),
    ['reconcile/event-without-effect'],
    'the late record explains it',
  );
  await assertFsckClean(data);
});
