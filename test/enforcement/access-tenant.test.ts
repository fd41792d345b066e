import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type TenantId, tenantId } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import {
  DecisionPoint,
  type DecisionRequest,
  parseDirectoryFile,
  readPolicyFolder,
} from '@countersign/policy';
import {
  activatePolicies,
  PolicyInformationPoint,
} from '../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { SEED } from '../../tools/property.ts';
import { collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf } from '../support/collection/emulated-tenants.ts';
import { temporaryFolder } from '../support/folders.ts';

/**
 * The default policies over a collected directory: what collectors read from a tenant, what rules
 * found, and the waves that the company defines.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-03-02T08:00:00Z');
/** Sign-ins, and the parts of the directory that policies read. */
const PARTS = 'users, groups, devices, servicePrincipals, roleDefinitions, roleAssignments';
const GRAPH = `graph: {root: "GRAPH", every: 5m, crossCheck: false, directory: [${PARTS}]}`;
const POLICIES = join(import.meta.dirname, '../../content/policies');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

// Runs before the folder is removed.
after(async () => {
  await closeWriter(writer);
  await emulator.stop();
});

const root = temporaryFolder('access-tenant');
let emulator: Emulator;
let writer: HostWriter;

before(async () => {
  emulator = await startEmulator({ seed: SEED, startMs: START_MS, tenants: [{ people: 60 }] });
  const detection = await loadDetection();
  const dir = join(root, 'data');
  writer = await openLedgerWriter({ dir, clock: clockOf(emulator), random, detection });
  await collect(1);
  await use();
});

async function collect(hours: number): Promise<void> {
  const { collectors, close } = collectorsFor(emulator, GRAPH);
  const sink = await LedgerSink.open(writer, { workers: 1 });
  for (let hour = 0; hour < hours; hour++) {
    await emulator.advance(HOUR_MS);
    for (const collector of collectors) {
      const { incomplete, problems } = await pollOnce(sink, collector);
      assert.equal(incomplete, 0, problems.join('\n'));
    }
  }
  await sink.close();
  await close();
  await runDetection(writer);
}

function tenant(): TenantId {
  return tenantId(emulator.tenants[0]?.tenantId ?? '');
}

type Object = { readonly id: string; readonly [member: string]: unknown };

function state() {
  const found = emulator.companies.directories.get(tenant());
  assert.ok(found !== undefined);
  return found.state;
}

function objects(kind: 'users' | 'groups' | 'roleAssignments'): readonly Object[] {
  return [...state().list(kind)].map(({ object }) => object);
}

function membersOf(group: Object): readonly string[] {
  return [...state().related(group.id, 'members')].map(({ id }) => id);
}

/** The largest group is the first wave. */
function pilotGroup(): Object {
  const [largest] = objects('groups').toSorted((a, b) => membersOf(b).length - membersOf(a).length);
  assert.ok(largest !== undefined);
  return largest;
}

async function use(): Promise<void> {
  const waves = `waves: [{id: pilot, state: open, groups: [${pilotGroup().id}]}]`;
  const file = { file: 'waves.yaml', text: `tenant: ${tenant()}\n${waves}\n` };
  await activatePolicies(writer, {
    source: readPolicyFolder(POLICIES).source,
    directory: { file: file.file, read: parseDirectoryFile(file) },
    register: undefined,
    by: 'ada',
  });
}

const FACTORS = ['single', 'multi', 'phishing-resistant'] as const;
type Factor = (typeof FACTORS)[number];

function request(id: string, factor: Factor, context: object = {}): DecisionRequest {
  return {
    enforcementPoint: 'eam',
    tenant: tenant(),
    subject: { type: 'user', id },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: tenant() },
    context: { factor, ...context },
  };
}

async function point(): Promise<DecisionPoint> {
  const { decisionLog, clock } = writer;
  await writer.reader.refresh();
  const { information } = await PolicyInformationPoint.open(writer);
  const { policies } = information;
  assert.ok(policies !== undefined);
  const directory = information.suite(clock);
  return new DecisionPoint({ policies, directory, decisionLog, clock, random });
}

/** Roles that the emulator assigns, and whose holders can gain more rights. */
const PRIVILEGED = ['62e90394-69f5-4237-9190-012177145e10', '729827e3-9c14-49f7-bb1b-9608f156bbb8'];

function expected(user: Object, factor: Factor, inPilot: ReadonlySet<string>): string {
  const roles = objects('roleAssignments').filter(({ principalId }) => principalId === user.id);
  const isPrivileged = roles.some(({ roleDefinitionId }) =>
    PRIVILEGED.includes(String(roleDefinitionId)),
  );
  const forbids = [
    ...(user['accountEnabled'] === true ? [] : ['disabled']),
    ...(inPilot.has(user.id) ? [] : ['open-wave']),
    ...(isPrivileged && factor !== 'phishing-resistant' ? ['privileged-phishing-resistant'] : []),
    ...(factor === 'single' ? ['second-factor'] : []),
  ];
  return forbids.length > 0 ? `deny by ${forbids.join(' ')}` : 'permit by people';
}

test('the default policies permit or deny every person of a tenant as expected', async () => {
  const deciding = await point();
  const inPilot = new Set(membersOf(pilotGroup()));
  const counts = { permit: 0, deny: 0 };
  for (const user of objects('users')) {
    const decided = await deciding.decideAll(FACTORS.map((factor) => request(user.id, factor)));
    for (const [at, { decision }] of decided.entries()) {
      const { effect, cause, policies, because } = decision;
      const factor = FACTORS[at] as Factor;
      assert.equal(cause, 'policy', because.map(({ text }) => text).join('; '));
      const said = `${effect} by ${policies.join(' ')}`;
      assert.equal(said, expected(user, factor, inPilot), String(user['userPrincipalName']));
      counts[effect] += 1;
    }
  }
  assert.ok(counts.permit > 0 && counts.deny > 0, JSON.stringify(counts));
});
