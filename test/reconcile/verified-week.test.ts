import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Interval, interval, type TenantId, tenantId } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import {
  DecisionPoint,
  type DecisionRequest,
  parseDirectoryFile,
  parseRegister,
  readPolicyFolder,
} from '@countersign/policy';
import {
  activatePolicies,
  PolicyInformationPoint,
} from '../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import { endPass } from '../../apps/countersign/src/enforcement/passes/pass-ledger.ts';
import { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { catchUpProjection } from '../../apps/countersign/src/projection/catch-up.ts';
import type {
  VerificationReport,
  VerifiedCount,
} from '../../apps/countersign/src/store/reading/verification-report.ts';
import type { CheckRow } from '../../apps/countersign/src/store/sqlite/check-table.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean, withAccount } from '../support/account.ts';
import { collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf } from '../support/collection/emulated-tenants.ts';
import { bodiesOf } from '../support/collection/offered-records.ts';
import { type PlantedSignIn, Planter } from '../support/detection/planted-sign-ins.ts';
import { temporaryFolder } from '../support/folders.ts';

/** A week of a company with planted policy breaches, one of each kind. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-02T00:00:00Z');
/** The long form simulates a whole week. */
const DAYS = IS_LONG ? 7 : 3;
const WEEK = interval(START_MS, START_MS + DAYS * DAY_MS);
/** While the feed is cut, by the tenant's clock. */
const CUT = interval(WEEK.to - DAY_MS, WEEK.to - 12 * HOUR_MS);
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const PEOPLE = IS_LONG ? 120 : 10;
/** Sign-ins, and the parts of the directory that policies read. */
const PARTS = 'users, groups, devices, servicePrincipals, roleDefinitions, roleAssignments';
const GRAPH = `graph: {root: "GRAPH", every: 5m, crossCheck: false, directory: [${PARTS}]}`;
const POLICIES = join(import.meta.dirname, '../../content/policies');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

// Runs before the folder is removed.
after(async () => {
  await closeWriter(writer);
  await emulator.stop();
  await assertFsckClean(dir);
});

const root = temporaryFolder('verified-week');
const dir = join(root, 'data');
const planter = new Planter(TENANT);
let emulator: Emulator;
let writer: HostWriter;

const BACKUP = 'b0b0b0b0-7d2a-4f6b-9c3d-2e8a61f0b794';
const STRAY = 'c0c0c0c0-7d2a-4f6b-9c3d-2e8a61f0b794';
const DENIED_REQUEST = idOf(9001);
const JOINED_REQUEST = idOf(9002);

function idOf(n: number): string {
  return `5b1c5b0e-6e0c-4a71-9a62-${String(n).padStart(12, '0')}`;
}

before(async () => {
  emulator = await startEmulator({
    ...{ seed: SEED, startMs: START_MS, actors: [planter] },
    tenants: [{ tenantId: TENANT, domain: 'northmoor.example', people: PEOPLE }],
  });
  const detection = await loadDetection();
  writer = await openLedgerWriter({ dir, clock: clockOf(emulator), random, detection });
  await live();
});

let duringCut: VerificationReport;

/** The week in steps of one hour with acts at an enforcement point, otherwise six hours. */
async function live(): Promise<void> {
  plant();
  const { collectors, close } = collectorsFor(emulator, GRAPH);
  let sink: LedgerSink | undefined = await LedgerSink.open(writer, { workers: 1 });
  /** With no other work on the ledger. */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    await sink?.close();
    await work();
    sink = await LedgerSink.open(writer, { workers: 1 });
  };
  const till = async (untilMs: number): Promise<void> => {
    while (emulator.clock.now() < untilMs) {
      await emulator.advance(Math.min(12 * HOUR_MS, untilMs - emulator.clock.now()));
      if (isWithin(CUT, emulator.clock.now())) continue;
      for (const collector of collectors) await pollAll(sink as LedgerSink, collector);
    }
  };
  await till(START_MS + 6 * HOUR_MS);
  await alone(use);
  await till(ENDPOINT_MS);
  await alone(actAtEndpoint);
  await till(CUT.to - 1);
  await alone(async () => {
    await runDetection(writer);
    duringCut = await verified(CUT);
  });
  await till(WEEK.to + DAY_MS);
  await sink.close();
  await close();
  await runDetection(writer);
}

function isWithin({ from, to }: Interval, ms: number): boolean {
  return ms >= from && ms < to;
}

type Collectors = ReturnType<typeof collectorsFor>['collectors'];

async function pollAll(sink: LedgerSink, collector: Collectors[number]): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    const report = await pollOnce(sink, collector);
    assert.equal(report.incomplete, 0, report.problems.join('\n'));
    hasMore = report.hasMore;
  }
}

function tenant(): TenantId {
  return tenantId(TENANT);
}

function state() {
  const found = emulator.companies.directories.get(TENANT);
  assert.ok(found !== undefined);
  return found.state;
}

function pilotGroup(): { readonly id: string; readonly members: readonly string[] } {
  const privileged = new Set(
    [...state().list('roleAssignments')].map(({ object }) => object['principalId']),
  );
  const groups = [...state().list('groups')].map(({ object: { id } }) => ({
    id,
    members: [...state().related(id, 'members')]
      .map((member) => member.id)
      .filter((member) => !privileged.has(member)),
  }));
  const [largest] = groups.toSorted((a, b) => b.members.length - a.members.length);
  assert.ok(largest !== undefined && largest.members.length >= 2);
  return largest;
}

/** A person in no wave. */
function personInNoWave(): string {
  const { id } = pilotGroup();
  const inside = new Set([...state().related(id, 'members')].map((member) => member.id));
  const found = [...state().list('users')].find(({ object }) => !inside.has(object.id));
  assert.ok(found !== undefined);
  return found.object.id;
}

const ENDPOINT_MS = START_MS + DAY_MS + 10 * HOUR_MS;

/** The planted breaches, and the rules that must find them. */
function breaches(): readonly (readonly [rule: string, planted: PlantedSignIn])[] {
  const { members } = pilotGroup();
  const [person = '', ended = ''] = members;
  const at = (hours: number): number => START_MS + (8 + hours) * HOUR_MS;
  const interactive = { flow: 'interactiveUser', who: person } as const;
  const app = { flow: 'servicePrincipal', who: BACKUP } as const;
  const unbound = [{ enforcedGrantControls: ['mfa'], result: 'notApplied' }];
  return [
    ['check/second-factor', { id: idOf(1), atMs: at(1), ...interactive, factors: 1 }],
    [
      'check/vendor-policy-applied',
      {
        ...{ id: idOf(2), atMs: at(2), ...interactive },
        more: { clientAppUsed: 'Mobile Apps and Desktop clients' },
      },
    ],
    [
      'check/baseline-scope',
      {
        ...{ id: idOf(3), atMs: at(3), ...interactive, factors: 1 },
        flow: 'nonInteractiveUser',
        more: { appliedConditionalAccessPolicies: unbound },
      },
    ],
    ['check/open-wave', { id: idOf(4), atMs: at(4), ...interactive, who: personInNoWave() }],
    [
      'check/ended-pass',
      { id: idOf(5), atMs: ENDPOINT_MS + 20 * MINUTE_MS, flow: 'nonInteractiveUser', who: ended },
    ],
    [
      'check/denied-and-in',
      {
        ...{ id: idOf(6), atMs: ENDPOINT_MS + MINUTE_MS, ...interactive, who: personInNoWave() },
        more: { correlationId: DENIED_REQUEST },
      },
    ],
    ['check/workload-registered', { id: idOf(7), atMs: at(7), ...app, who: STRAY }],
    [
      'check/workload-credential',
      {
        ...{ id: idOf(8), atMs: at(8), ...app },
        more: { servicePrincipalCredentialKeyId: 'key-2' },
      },
    ],
    [
      'check/workload-network',
      { id: idOf(9), atMs: at(9), ...app, more: { ipAddress: '198.51.100.7' } },
    ],
    [
      'check/workload-scope',
      {
        ...{ id: idOf(10), atMs: at(10), ...app },
        more: { resourceDisplayName: 'Office 365 Exchange Online' },
      },
    ],
  ];
}

/** Legitimate sign-ins: a person, an application, and a person who passed our enforcement point. */
function legitimateSignIns(): readonly PlantedSignIn[] {
  const [person = ''] = pilotGroup().members;
  const at = START_MS + 19 * HOUR_MS;
  return [
    { id: idOf(21), atMs: at, flow: 'interactiveUser', who: person },
    { id: idOf(22), atMs: at, flow: 'servicePrincipal', who: BACKUP },
    {
      ...{ id: idOf(23), atMs: ENDPOINT_MS + MINUTE_MS, flow: 'interactiveUser', who: person },
      more: { correlationId: JOINED_REQUEST },
    },
  ];
}

function plant(): void {
  planter.plant(...breaches().map(([, planted]) => planted), ...legitimateSignIns());
}

async function use(): Promise<void> {
  const waves = `waves: [{id: pilot, state: open, groups: [${pilotGroup().id}]}]`;
  const directory = { file: 'waves.yaml', text: `tenant: ${TENANT}\n${waves}\n` };
  const workload = [
    `{id: ${BACKUP}, owner: Storage, purpose: Backs up, expires: 2030-01-01`,
    'scopes: [Microsoft Graph], networks: [203.0.113.0/24], credentials: [key-1]}',
  ].join(', ');
  const register = { file: 'register.yaml', text: `tenant: ${TENANT}\nworkloads: [${workload}]\n` };
  await activatePolicies(writer, {
    source: readPolicyFolder(POLICIES).source,
    directory: { file: directory.file, read: parseDirectoryFile(directory) },
    register: { file: register.file, read: parseRegister(register) },
    by: 'ada',
  });
}

async function actAtEndpoint(): Promise<void> {
  const { decisionLog, clock } = writer;
  // An enforcement point trusts a file for a day, so it is read again, like in `serve`.
  await use();
  // Detection has run over everything received: before that, the risk was unknown.
  await runDetection(writer);
  await writer.reader.refresh();
  const { information } = await PolicyInformationPoint.open(writer);
  const { policies } = information;
  assert.ok(policies !== undefined);
  const directory = information.suite(clock);
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  const [person = '', ended = ''] = pilotGroup().members;
  const decide = async (who: string, requestId: string, expected: string): Promise<string> => {
    const asked: DecisionRequest = {
      ...{ enforcementPoint: 'eam', tenant: tenant(), subject: { type: 'user', id: who } },
      ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
      context: { factor: 'phishing-resistant', requestId },
    };
    const { decision } = await point.decide(asked, { passMs: 8 * HOUR_MS });
    const why = decision.because.map(({ text }) => text).join('; ');
    assert.equal(decision.effect, expected, why);
    return decision.pass?.id ?? '';
  };
  await decide(person, JOINED_REQUEST, 'permit');
  await decide(personInNoWave(), DENIED_REQUEST, 'deny');
  const pass = await decide(ended, idOf(9003), 'permit');
  await emulator.advance(5 * MINUTE_MS);
  await catchUpProjection(writer);
  await endPass(writer, { pass, by: 'per', reason: 'the laptop was stolen' });
}

async function verified({ from, to }: Interval): Promise<VerificationReport> {
  return withAccount(dir, async ({ store, head }) =>
    store.access.verified({ fromMs: from, toMs: to }, head),
  );
}

async function checks(): Promise<readonly CheckRow[]> {
  return withAccount(dir, async ({ store }) => [...store.access.checks()]);
}

function rowOf(rows: readonly CheckRow[], { id }: PlantedSignIn): CheckRow {
  const found = rows.filter(({ action }) => action.includes(id));
  assert.equal(found.length, 1, id);
  return found[0] as CheckRow;
}

/** The delivered sign-ins of the period by flow, independent of the store. */
async function delivered({ from, to }: Interval): Promise<ReadonlyMap<string, number>> {
  const flows = new Map<string, string>();
  for (const body of await bodiesOf(dir, ({ source }) => source.startsWith('graph/signIns'))) {
    const { id, createdDateTime, signInEventTypes: types } = JSON.parse(body) as SignInRow;
    const atMs = Date.parse(createdDateTime);
    if (atMs >= from && atMs < to) flows.set(id, types[0] ?? '');
  }
  const all = [...flows.values()];
  return new Map([...Map.groupBy(all, (flow) => flow)].map(([flow, of]) => [flow, of.length]));
}

type SignInRow = {
  readonly id: string;
  readonly createdDateTime: string;
  readonly signInEventTypes: readonly string[];
};

function sumOf({ decided, checked, unverified }: VerifiedCount): number {
  return Object.values(unverified).reduce((a, b) => a + b, decided + checked);
}

test('decided, checked and unverified add up to all sign-ins, in every flow', async () => {
  const { flows, ...all } = await verified(WEEK);
  const truth = await delivered(WEEK);
  assert.equal(truth.size, 4, [...truth.keys()].join(', '));
  const counted = Object.entries(flows).map(([flow, count]) => [flow, sumOf(count)] as const);
  assert.deepEqual(new Map(counted), truth);
  const sum = [...truth.values()].reduce((a, b) => a + b);
  assert.equal(sumOf(all), sum);
  assert.ok(sum > 300, `${sum} sign-ins`);
});

test('a sign-in that passed no enforcement point is not decided', async () => {
  const rows = await checks();
  const decided = rows.filter(({ state: each }) => each === 'decided');
  const [, , joined] = legitimateSignIns();
  assert.ok(joined !== undefined);
  assert.deepEqual(
    decided.map(({ action }) => action),
    [rowOf(rows, joined).action],
  );
});

for (const [at, name] of [
  'one factor where policy required two',
  "a sign-in to which the vendor's policies did not apply",
  'one factor by a baseline scope',
  'a person outside an open wave',
  'a sign-in from a pass that ended',
  'a sign-in that an enforcement point denied',
  'an unregistered workload identity',
  'a credential that is not in the register',
  'a network that is not in the register',
  'a wider scope than in the register',
].entries()) {
  test(`${name} is found`, async () => {
    const [rule, planted] = breaches()[at] as [string, PlantedSignIn];
    const row = rowOf(await checks(), planted);
    const rules = row.disagreements.map((each) => each.rule);
    assert.ok(rules.includes(rule), `${rule} not in ${rules.join(', ')}; ${row.cause}`);
    const found = await withAccount(dir, async ({ store }) => store.findings.list({ rule }));
    const entries = found.flatMap(({ draft }) => draft.entries);
    assert.ok(row.entries.some((entry) => entries.includes(entry)));
  });
}

test('legitimate sign-ins give no finding', async () => {
  const rows = await checks();
  for (const planted of legitimateSignIns()) {
    const { state: found, cause, disagreements } = rowOf(rows, planted);
    assert.notEqual(found, 'unverified', cause ?? '');
    assert.deepEqual(disagreements, []);
  }
});

test('while the sign-in feed is cut the answer is unknown, and later it is known', async () => {
  const { coverage, ...nothing } = duringCut;
  assert.equal(coverage.kind, 'unknown');
  assert.equal(sumOf(nothing), 0);
  assert.ok(sumOf(await verified(CUT)) > 0);
  const before = interval(START_MS - 30 * DAY_MS, START_MS - 29 * DAY_MS);
  assert.equal((await verified(before)).coverage.kind, 'unknown');
});
