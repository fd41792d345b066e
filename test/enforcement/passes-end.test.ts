import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { LedgerReader, parseLeaf } from '@countersign/ledger';
import type { JSONWebKeySet } from 'jose';
import { assertOutput } from '../support/assert-output.ts';
import { countersign } from '../support/command-line.ts';
import type { EndpointNode } from '../support/enforcement/endpoint-node.ts';
import { TENANT } from '../support/enforcement/enforcement-content.ts';
import { EventReceiver, type ReceivedEvent } from '../support/enforcement/event-receiver.ts';
import {
  folderOf,
  type SuiteState,
  signIn,
  signInRequest,
  startSuiteEndpoint,
  writeSuite,
} from '../support/enforcement/suite-endpoint.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('passes-end');
const { dir, file } = folderOf(root, 'suite');
const BEN = '0f3e1c52-7b5d-4a5e-9c11-2f0d7a6b8c02';
const SSF = { token: 'receiver-token' };

const PEOPLE: SuiteState['people'] = {
  ...{ ada: {}, ben: {}, cyd: { wave: 'two' }, dan: {}, eve: {}, fay: {} },
  rescue: { kind: 'break-glass' },
};

type FoundItem = { readonly kind: string; readonly id: string; readonly title: string };

type PrintedPass = {
  readonly id: string;
  readonly state: string;
  readonly closedMs: number;
  readonly by: string;
  readonly reason: string;
  readonly suite: { readonly kind: string; readonly untilMs: number } | null;
};

describe('passes end when their conditions end', () => {
  let node: EndpointNode;
  let receiver: EventReceiver;
  let state: SuiteState = { people: PEOPLE };
  let stillOpen = '';

  before(async () => {
    const keys = async (): Promise<JSONWebKeySet> =>
      (await (await fetch(`${node.url}/ssf/jwks.json`)).json()) as JSONWebKeySet;
    receiver = await EventReceiver.start(keys, 'https://wiki.example.com');
    writeSuite(file, state);
    const wiki = { name: 'wiki', ...SSF, pushTo: [receiver.origin] };
    node = await startSuiteEndpoint(dir, { directory: file, receivers: [wiki] });
    const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: `${receiver.origin}/events` };
    assert.equal((await node.ask('/ssf/streams', { delivery }, SSF)).status, 201);
  });
  after(() => receiver.stop());

  /** Replaces the directory, like a changed file or a collector. */
  const become = (next: Partial<SuiteState>): void => {
    state = { ...state, ...next };
    writeSuite(file, state);
  };
  const revoked = (pass: string): Promise<ReceivedEvent> =>
    receiver.received(({ type, subject }) => {
      return type.endsWith('/session-revoked') && subject['session']?.id === pass;
    });
  const receivedEvent = (name: string, who: string): Promise<ReceivedEvent> =>
    receiver.received(({ type, subject }) => {
      const { user, device } = subject;
      return type.endsWith(`/${name}`) && (user?.sub === who || device?.id === who);
    });
  const listed = async (): Promise<ReadonlyMap<string, PrintedPass>> => {
    for (;;) {
      const asked = await countersign(['passes', 'list', '--all', '--data', dir, '--json']);
      // 3: an entry was just written that the store does not have yet.
      if (asked.code === 3) continue;
      assert.equal(asked.code, 0, asked.stderr);
      assertOutput('passes list', asked.stdout);
      const passes = asked.stdout.trim().split('\n');
      return new Map(
        passes.map((line) => JSON.parse(line) as PrintedPass).map((one) => [one.id, one]),
      );
    }
  };

  test('raised risk', async () => {
    const pass = await signIn(node, 'ada');
    become({ people: { ...state.people, ada: { risk: 'high' } } });
    const event = await revoked(pass);
    assert.equal(event.payload['initiating_entity'], 'policy');
    assert.deepEqual(event.payload['reason_admin'], { en: 'A person at high risk has no access.' });
    const risk = await receivedEvent('risk-level-change', 'ada');
    assert.equal(risk.payload['current_level'], 'HIGH');
    assert.equal(await node.decision(signInRequest('ada')), false);
    const found = await countersign(['search', pass, '--data', dir, '--json']);
    const kinds = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FoundItem);
    assert.deepEqual(
      kinds.filter(({ kind }) => kind === 'pass').map(({ id, title }) => [id, title]),
      [[pass, 'Pass, ended']],
      found.stderr,
    );
    const one = await countersign(['passes', 'list', '--pass', pass, '--data', dir, '--json']);
    assert.equal((JSON.parse(one.stdout) as PrintedPass).state, 'ended');
  });

  test('a closed wave', async () => {
    const [pass, other] = [await signIn(node, 'cyd'), await signIn(node, 'ben')];
    become({ two: 'closed' });
    await revoked(pass);
    stillOpen = other;
  });

  test('a device that lost its health', async () => {
    const pass = await signIn(node, 'dan', 'laptop');
    become({ laptop: 'lost' });
    await revoked(pass);
    const event = await receivedEvent('device-compliance-change', 'laptop');
    assert.deepEqual(
      [event.payload['previous_status'], event.payload['current_status']],
      ['compliant', 'not-compliant'],
    );
  });

  test('a disabled account', async () => {
    const pass = await signIn(node, 'eve');
    become({ people: { ...state.people, eve: { enabled: false } } });
    await revoked(pass);
    await receivedEvent('account-disabled', 'eve');
  });

  test("a revocation by a person, with the state of the suite's token", async () => {
    const pass = await signIn(node, 'fay');
    const args = ['passes', 'end', pass, '--reason', 'her laptop was stolen', '--data', dir];
    const ended = await countersign(args);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /ended here; in the suite cannot tell until 20\d\d-/);
    const event = await revoked(pass);
    assert.equal(event.payload['initiating_entity'], 'admin');
    assert.deepEqual(event.payload['reason_admin'], { en: 'her laptop was stolen' });
    const passes = await listed();
    assert.equal(passes.get(stillOpen)?.state, 'open');
    const said = passes.get(pass);
    assert.equal(said?.state, 'ended');
    assert.equal(said.suite?.kind, 'unknown');
    assert.equal(said.suite.untilMs - said.closedMs, 28 * 3_600_000);
  });

  test('an emergency account is let in, with a critical finding', async () => {
    await signIn(node, 'rescue');
    await node.serving.logged(({ event }) => event === 'detection-run');
    const { stdout } = await countersign(['findings', '--data', dir, '--json']);
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { severity_id: number; finding_info: { title: string } });
    assert.deepEqual(
      found.map(({ severity_id }) => severity_id),
      [5],
    );
    assert.match(found[0]?.finding_info.title ?? '', /^The emergency account rescue was used$/);
    // The alarm is raised, and the account works again: it raises no one's risk.
    await signIn(node, 'rescue');
  });

  test('a sign-in with less assurance than the last', async () => {
    const weaker = { ...signInRequest('rescue'), context: { factor: 'single' } };
    assert.equal(await node.decision(weaker), true);
    const { payload } = await receivedEvent('assurance-level-change', 'rescue');
    assert.deepEqual(
      [payload['namespace'], payload['previous_level'], payload['current_level']],
      ['NIST-AAL', 'nist-aal2', 'nist-aal1'],
    );
    assert.equal(payload['change_direction'], 'decrease');
  });

  test("a new credential in the directory's audit log", async () => {
    const log = join(root, 'audits.ndjson');
    writeFileSync(log, `${JSON.stringify(registeredPhone(new Date(systemClock.now())))}\n`);
    const read = await countersign(['import', log, '--tenant', TENANT, '--data', dir]);
    assert.equal(read.code, 0, read.stderr);
    const { payload } = await receivedEvent('credential-change', BEN);
    assert.deepEqual([payload['credential_type'], payload['change_type']], ['app', 'create']);
  });

  test('sent and acknowledged events are entries; a restart sends nothing twice', async () => {
    const before = receiver.events.length;
    assert.equal(await node.serving.end(), 0);
    const acknowledged = await acknowledgedIn(dir);
    assert.deepEqual(receiver.events.map(({ jti }) => jti).sort(), [...acknowledged].sort());
    const wiki = { name: 'wiki', ...SSF, pushTo: [receiver.origin] };
    node = await startSuiteEndpoint(dir, { directory: file, receivers: [wiki] });
    const pass = await signIn(node, 'ben');
    become({ people: { ...state.people, ben: { risk: 'high' } } });
    await revoked(pass);
    assert.equal(await node.serving.end(), 0);
    const news = receiver.events.slice(before).map(({ subject }) => subject['user']?.sub);
    assert.deepEqual([...new Set(news)], ['ben']);
    assert.equal((await countersign(['ledger', 'fsck', '--data', dir])).code, 0);
  });
});

/** Graph's report that a person registered an app. */
function registeredPhone(at: Date): object {
  const user = { id: BEN, userPrincipalName: 'ben@example.com' };
  return {
    ...{ id: 'Authentication_BEN_1', category: 'UserManagement', result: 'success' },
    correlationId: 'ad0fcb20-1a0f-4d0e-b5c5-7d3ed53bd3a6',
    resultReason: 'User registered Authenticator App with Notification and Code',
    activityDisplayName: 'User registered security info',
    activityDateTime: at.toISOString(),
    ...{ loggedByService: 'Authentication Methods', operationType: 'Add' },
    initiatedBy: { user, app: null },
    targetResources: [{ ...user, type: 'User', modifiedProperties: [] }],
    additionalDetails: [],
  };
}

/** The events that the ledger records as sent and acknowledged. */
async function acknowledgedIn(data: string): Promise<ReadonlySet<string>> {
  const reader = await LedgerReader.open(data);
  const [sent, acknowledged] = [new Set<string>(), new Set<string>()];
  try {
    for await (const batch of reader.scan({ from: 0 })) {
      for (let position = 0; position < batch.count; position++) {
        const body = batch.body(position);
        if (parseLeaf(batch.leaf(position)).kind !== 'act' || body.kind !== 'present') continue;
        const said = JSON.parse(Buffer.from(body.bytes).toString('utf8')) as {
          readonly what?: string;
          readonly jti: string;
          readonly how: string;
          readonly claims: { readonly jti: string };
        };
        if (said.what === 'ssf-issued') sent.add(said.claims.jti);
        if (said.what === 'ssf-settled' && said.how === 'acknowledged') acknowledged.add(said.jti);
      }
    }
  } finally {
    reader.close();
  }
  assert.deepEqual([...sent].sort(), [...acknowledged].sort());
  return acknowledged;
}
