import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { instantOfMs, ManualClock, systemRandom } from '@countersign/core';
import { LedgerPasskeys } from '../../apps/countersign/src/enforcement/eam/passkeys/ledger-passkeys.ts';
import type {
  Passkey,
  PasskeyRecord,
} from '../../apps/countersign/src/enforcement/eam/passkeys/passkey-record.ts';
import { CredentialEventFeed } from '../../apps/countersign/src/enforcement/passes/credential-event-feed.ts';
import type { SecurityEvent } from '../../apps/countersign/src/enforcement/ssf/security-event.ts';
import type { SsfRecord } from '../../apps/countersign/src/enforcement/ssf/ssf-record.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { catchUpProjection } from '../../apps/countersign/src/projection/catch-up.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { Actor, idOf, NOW_MS, TENANT } from '../support/reconcile/sign-ins.ts';

const ISSUER = 'https://access.example.com';
const DAY_MS = 86_400_000;
const root = mkdtempSync(join(tmpdir(), 'countersign-credential-news-'));
after(() => rmSync(root, { recursive: true, force: true }));

let next = 0;
let audits = 0;

class World {
  readonly writer: HostWriter;
  readonly clock: ManualClock;
  readonly #store: StoreReader;
  readonly #passkeys: LedgerPasskeys;
  news: CredentialEventFeed;

  private constructor(
    writer: HostWriter,
    clock: ManualClock,
    store: StoreReader,
    own: LedgerPasskeys,
  ) {
    this.writer = writer;
    this.clock = clock;
    this.#store = store;
    this.#passkeys = own;
    this.news = this.restarted([]);
  }

  static async within(work: (world: World) => Promise<void>): Promise<void> {
    const clock = new ManualClock(NOW_MS);
    const writer = await openLedgerWriter({
      dir: join(root, `${next++}`),
      clock,
      random: systemRandom,
    });
    const store = await StoreReader.open(writer.dir, { clock });
    try {
      // A non-empty ledger, as every real one is after its first minute.
      await writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, what: 'first' })]);
      await catchUpProjection(writer);
      await work(new World(writer, clock, store, await LedgerPasskeys.open(writer)));
    } finally {
      store.close();
      await closeWriter(writer);
    }
  }

  /** Another process that continues where this one stopped. */
  restarted(records: readonly SsfRecord[]): CredentialEventFeed {
    const passkeys = this.#passkeys.registry;
    const { writer } = this;
    this.news = new CredentialEventFeed({
      ...{ writer, store: this.#store, passkeys, issuer: ISSUER, records },
    });
    return this.news;
  }

  async bring(...audited: readonly object[]): Promise<void> {
    const text = audited.map((each) => `${JSON.stringify(each)}\n`).join('');
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    const inputs = [{ kind: 'stream', bytes: bytes() } as const];
    const report = await importPaths(this.writer, {
      inputs,
      tenant: TENANT,
      actor: Actor,
      workers: 1,
      afterImport: () => runDetection(this.writer),
    });
    assert.equal(report.accepted, audited.length, JSON.stringify(report));
  }

  async keep(record: PasskeyRecord): Promise<void> {
    await this.#passkeys.append(record);
    await catchUpProjection(this.writer);
  }

  async poll(): Promise<readonly SecurityEvent[]> {
    this.clock.advance(2000);
    await this.writer.ledger.publish();
    await this.writer.reader.refresh();
    return this.news.poll();
  }

  async newEvents(): Promise<readonly unknown[]> {
    const events = await this.poll();
    this.news.markSent(events);
    return events.map(short);
  }
}

function audit(activityDisplayName: string, more: object = {}): object {
  const by = { id: idOf(1), userPrincipalName: 'ada@x.example' };
  return {
    id: idOf(9000 + audits++),
    category: 'UserManagement',
    correlationId: idOf(8000 + audits),
    result: 'success',
    resultReason: 'User registered Authenticator App with Notification and Code',
    activityDisplayName,
    activityDateTime: instantOfMs(NOW_MS - 60_000),
    loggedByService: 'Authentication Methods',
    operationType: 'Update',
    initiatedBy: { user: by, app: null },
    targetResources: [{ ...by, type: 'User', modifiedProperties: [] }],
    additionalDetails: [],
    ...more,
  };
}

function short({ payload, subject }: SecurityEvent): unknown {
  const user = subject['user'] as { readonly sub: string };
  const { credential_type: type, change_type: change, initiating_entity: by } = payload;
  return [user.sub, type, change, by];
}

const ADA = idOf(1);
const REGISTERED = 'User registered security info';

test('reports each credential change in the audit log once', () =>
  World.within(async (world) => {
    await world.bring(audit(REGISTERED), audit('Update user'), audit('Reset user password'));
    assert.deepEqual(await world.newEvents(), [
      [ADA, 'app', 'create', 'user'],
      [ADA, 'password', 'update', 'user'],
    ]);
    assert.deepEqual(await world.newEvents(), []);
    await world.bring(audit('User deleted security info'));
    assert.deepEqual(await world.newEvents(), [[ADA, 'app', 'delete', 'user']]);
  }));

test('ignores failed, old and already reported changes', () =>
  World.within(async (world) => {
    const seen = audit(REGISTERED);
    await world.bring(seen);
    assert.equal((await world.newEvents()).length, 1);
    const again = { ...seen, resultReason: 'User registered all' };
    const failed = audit(REGISTERED, { result: 'failure' });
    const old = audit(REGISTERED, { activityDateTime: instantOfMs(NOW_MS - 8 * DAY_MS) });
    await world.bring(again, failed, old);
    assert.deepEqual(await world.newEvents(), []);
  }));

test('the initiator is an administrator if the credential is of another person', () =>
  World.within(async (world) => {
    const other = { id: idOf(2), userPrincipalName: 'ben@x.example', type: 'User' };
    const targetResources = [{ ...other, modifiedProperties: [] }];
    await world.bring(audit('Reset user password', { targetResources }));
    assert.deepEqual(await world.newEvents(), [[idOf(2), 'password', 'update', 'admin']]);
  }));

test('repeats an event until it is sent, and never one that is recorded', () =>
  World.within(async (world) => {
    await world.bring(audit(REGISTERED));
    const untold = await world.poll();
    assert.equal(untold.length, 1);
    world.news.markSent(await world.news.poll());
    assert.equal((await world.poll()).length, 1, 'a look that came too early tells nothing');
    // Killed after the record of the event, before it was marked as sent.
    const [event] = untold;
    assert.ok(event !== undefined);
    const claims = {
      ...{ iss: ISSUER, jti: 'j1', iat: 1, aud: 'https://wiki.example.com' },
      ...{ txn: event.transaction, sub_id: event.subject, events: { [event.type]: event.payload } },
    };
    const issued = { streamId: 's1', receiver: 'wiki', claims, atMs: NOW_MS } as const;
    world.restarted([{ v: 1, what: 'ssf-issued', ...issued }]);
    await world.bring(audit('Reset user password'));
    assert.deepEqual(await world.newEvents(), [[ADA, 'password', 'update', 'user']]);
  }));

test('another process continues where the last one stopped', () =>
  World.within(async (world) => {
    await world.bring(audit(REGISTERED));
    assert.equal((await world.newEvents()).length, 1);
    await world.bring(audit('Reset user password'));
    world.restarted([]);
    assert.deepEqual(await world.newEvents(), [[ADA, 'password', 'update', 'user']]);
  }));

test('reports new and revoked passkeys that Countersign manages', () =>
  World.within(async (world) => {
    const atMs = NOW_MS;
    const passkey: Passkey = {
      ...{ id: 'k1', tenant: TENANT, person: ADA, publicKey: 'x', counter: 0, format: 'packed' },
      ...{ aaguid: idOf(7), transports: ['usb'], device: null, invitation: 'i' },
      bound: 'device',
    };
    await world.keep({ v: 1, atMs, what: 'passkey-registered', passkey });
    await world.keep({ v: 1, atMs, what: 'passkey-used', id: 'k1', counter: 1, bound: 'device' });
    assert.deepEqual(await world.newEvents(), [[ADA, 'fido2-roaming', 'create', 'user']]);
    const by = { by: 'carol', reason: 'lost' };
    await world.keep({ v: 1, atMs, what: 'passkey-revoked', id: 'k1', ...by });
    assert.deepEqual(await world.newEvents(), [[ADA, 'fido2-roaming', 'revoke', 'admin']]);
  }));
