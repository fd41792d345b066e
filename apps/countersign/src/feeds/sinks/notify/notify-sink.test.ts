import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../../../test/support/folders.ts';
import { type Delivery, type Sink, SinkError } from '../../delivery/sink.ts';
import { delivery, ORIGIN, TENANT } from '../../testing/deliveries.ts';
import type { IncidentLookup } from '../sink-environment.ts';
import type { Notification } from './notification.ts';
import { NotifiedIncidents } from './notified-incidents.ts';
import { type NotifyChannel, type NotifyRoute, NotifySink } from './notify-sink.ts';

const NEVER = new AbortController().signal;
const root = temporaryFolder('notify');
let files = 0;

/** A receiver that keeps what it got. It obeys the contract of a channel. */
class RecordingChannel implements NotifyChannel<string> {
  readonly takesEnd: 'yes' | 'no';
  readonly got: string[] = [];
  readonly ids: string[] = [];
  failures: (SinkError | { readonly refused: string })[] = [];

  constructor(takesEnd: 'yes' | 'no' = 'no') {
    this.takesEnd = takesEnd;
  }

  async deliver({ change, incident, severity, id }: Notification, target: string) {
    const failure = this.failures.shift();
    if (failure instanceof SinkError) throw failure;
    if (failure !== undefined) return failure;
    this.got.push(`${target} ${change} ${incident} ${severity}`);
    this.ids.push(id);
    return 'delivered' as const;
  }

  async close(): Promise<void> {}
}

type Options = {
  readonly channel: RecordingChannel;
  readonly path?: string;
  readonly routes?: readonly Partial<NotifyRoute<string>>[];
  readonly incidentOf?: IncidentLookup;
};

function sinkOf({ channel, path = newFile(), routes = [{}], incidentOf }: Options): Sink {
  return new NotifySink({
    channel,
    routes: routes.map((route, at) => ({
      ...{ id: `r${at}`, severity: 3, tenants: undefined, members: undefined },
      ...{ target: `t${at}`, ...route },
    })),
    notified: new NotifiedIncidents(path),
    incidentOf: incidentOf ?? (async () => undefined),
    message: { origin: ORIGIN, content: 'link', link: undefined },
  });
}

function newFile(): string {
  return join(root, `${files++}.json`);
}

function finding(index: number, uid: string, more: FindingOptions = {}): Delivery {
  const { severity = 4, activity = 1, principals } = more;
  return delivery(index, {
    activity_id: activity,
    severity_id: severity,
    finding_info: { uid, title: 't' },
    ...(principals && { evidences: [{ data: { principals } }] }),
  });
}

type FindingOptions = {
  readonly severity?: number;
  readonly activity?: number;
  readonly principals?: readonly string[];
};

test('an incident has one message, and another only when its severity rises', async () => {
  const channel = new RecordingChannel();
  const sink = sinkOf({ channel });
  await sink.send([finding(1, 'f', { severity: 2 }), finding(2, 'f', { severity: 3 })], NEVER);
  await sink.send([finding(3, 'f', { severity: 3 }), finding(4, 'f', { severity: 5 })], NEVER);
  await sink.send([finding(5, 'f', { severity: 4 }), finding(6, 'g')], NEVER);
  assert.deepEqual(channel.got, ['t0 opened f 3', 't0 raised f 5', 't0 opened g 4']);
});

test('findings of one incident share a message, also under another id', async () => {
  const channel = new RecordingChannel('yes');
  let incident = { id: 'i-1', findings: ['a', 'b'] };
  const sink = sinkOf({ channel, incidentOf: async () => incident });
  await sink.send([finding(1, 'a'), finding(2, 'b')], NEVER);
  incident = { id: 'i-0', findings: ['z', 'a', 'b'] };
  await sink.send([finding(3, 'z')], NEVER);
  assert.deepEqual(channel.got, ['t0 opened i-1 4']);
  await sink.send([finding(4, 'a', { activity: 3 }), finding(5, 'b', { activity: 3 })], NEVER);
  assert.equal(channel.got.length, 1, 'z is still open');
  await sink.send([finding(6, 'z', { activity: 3 })], NEVER);
  assert.deepEqual(channel.got.slice(1), ['t0 ended i-1 4']);
  await sink.send([finding(7, 'z')], NEVER);
  assert.deepEqual(channel.got.slice(2), ['t0 opened i-1 4']);
});

test('routes select by severity, tenant and group; what is unstated may concern any', async () => {
  const channel = new RecordingChannel();
  const routes = [
    { severity: 5 },
    { tenants: new Set(['another']) },
    { tenants: new Set([TENANT]) },
    { members: new Set(['ada@northmoor.example']) },
  ];
  const sink = sinkOf({ channel, routes });
  await sink.send([finding(1, 'ada', { principals: ['user:Ada@northmoor.example'] })], NEVER);
  await sink.send([finding(2, 'bob', { principals: ['user:bob@northmoor.example'] })], NEVER);
  await sink.send([finding(3, 'unstated')], NEVER);
  assert.deepEqual(channel.got, [
    't2 opened ada 4',
    't3 opened ada 4',
    't2 opened bob 4',
    't2 opened unstated 4',
    't3 opened unstated 4',
  ]);
});

test('after a restart nothing is sent twice, and what failed is sent', async () => {
  const path = newFile();
  const channel = new RecordingChannel();
  const routes = [{}, {}];
  const first = sinkOf({ channel, path, routes });
  channel.failures = [];
  await first.send([finding(1, 'f')], NEVER);
  channel.failures = [new SinkError('UNAVAILABLE', 'down')];
  await assert.rejects(first.send([finding(2, 'g')], NEVER), SinkError);
  // The second route fails after the first has the message.
  const second = sinkOf({ channel, path, routes });
  channel.failures = [];
  const failing = new RecordingChannel();
  failing.deliver = async (notification, target) => {
    if (target === 't1') throw new SinkError('UNAVAILABLE', 'down');
    return channel.deliver(notification, target);
  };
  await assert.rejects(
    sinkOf({ channel: failing, path, routes }).send([finding(2, 'g')], NEVER),
    SinkError,
  );
  await sinkOf({ channel, path, routes }).send([finding(1, 'f'), finding(2, 'g')], NEVER);
  await second.close();
  assert.deepEqual(channel.got, [
    't0 opened f 4',
    't1 opened f 4',
    't0 opened g 4',
    't1 opened g 4',
  ]);
});

test('a replay of an incident that ended sends nothing', async () => {
  const path = newFile();
  const channel = new RecordingChannel('yes');
  const all = [finding(1, 'f'), finding(2, 'f', { activity: 3 })];
  await sinkOf({ channel, path }).send(all, NEVER);
  await sinkOf({ channel, path }).send(all, NEVER);
  assert.deepEqual(channel.got, ['t0 opened f 4', 't0 ended f 4']);
});

test('a message that is repeated after a crash has the same id', async () => {
  const channel = new RecordingChannel();
  // Each has its own file: the crash happened before the first was stored.
  await sinkOf({ channel }).send([finding(1, 'f')], NEVER);
  await sinkOf({ channel }).send([finding(1, 'f')], NEVER);
  assert.equal(channel.ids[0], channel.ids[1]);
  await sinkOf({ channel }).send([finding(2, 'f')], NEVER);
  assert.notEqual(channel.ids[0], channel.ids[2]);
});

test('a refused message is reported for its record, and the next finding tries again', async () => {
  const channel = new RecordingChannel();
  const sink = sinkOf({ channel });
  channel.failures = [{ refused: 'too large' }];
  const result = await sink.send([finding(1, 'f'), finding(2, 'f')], NEVER);
  assert.deepEqual(result, { refused: [{ index: 1, because: 'too large' }] });
  assert.deepEqual(channel.got, ['t0 opened f 4']);
});

test('an unreadable finding is reported; other entries are not for people', async () => {
  const channel = new RecordingChannel();
  const id = `${ORIGIN}#`;
  const { refused } = await sinkOf({ channel }).send(
    [
      { index: 1, kind: 'unreadable', id: `${id}1`, of: 'finding', because: 'bad' },
      { index: 2, kind: 'unreadable', id: `${id}2`, of: 'event', because: 'bad' },
      { index: 3, kind: 'erased', id: `${id}3`, of: 'finding' },
    ],
    NEVER,
  );
  assert.deepEqual(
    refused.map(({ index }) => index),
    [1],
  );
  assert.deepEqual(channel.got, []);
});

test('a damaged memory stops the feed instead of repeating all messages', () => {
  const path = newFile();
  writeFileSync(path, '{"version":9}');
  assert.throws(
    () => new NotifiedIncidents(path),
    (error: unknown) =>
      error instanceof SinkError &&
      error.code === 'MISCONFIGURED' &&
      /restore the file, or remove it/.test(error.message),
  );
});
