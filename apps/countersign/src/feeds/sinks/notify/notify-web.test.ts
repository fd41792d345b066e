import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { temporaryFolder } from '../../../../../../test/support/folders.ts';
import { type Answer, TestServer } from '../../../../../../tools/testing/server.ts';
import type { ChatFeedConfig, PagerDutyFeedConfig } from '../../../config/feeds/notify.ts';
import { systemResolve } from '../../delivery/egress.ts';
import { type Sink, SinkError } from '../../delivery/sink.ts';
import { delivery, ORIGIN, TENANT } from '../../testing/deliveries.ts';
import { openSink } from '../open-sink.ts';

const NEVER = new AbortController().signal;
const root = temporaryFolder('notify-web');
const HOSTILE = '<!channel> [click](https://evil.example)\u202e @everyone **x** <at>all</at>';
let feeds = 0;

type Kind = 'slack' | 'teams' | 'pagerduty';

async function open(kind: Kind, server: TestServer, content: 'link' | 'title' = 'link') {
  const common = {
    name: `${kind}-${feeds++}`,
    people: 'names',
    start: 'latest',
    content,
    link: 'https://cs.example',
  } as const satisfies Partial<ChatFeedConfig>;
  const lists = { kinds: ['finding' as const], allow: ['loopback' as const] };
  const route = { severity: 'low' } as const;
  const feed: ChatFeedConfig | PagerDutyFeedConfig =
    kind === 'pagerduty'
      ? {
          ...common,
          ...lists,
          kind,
          url: `${server.origin}/v2/enqueue`,
          routes: [{ ...route, routingKey: { env: 'KEY' } }],
        }
      : { ...common, ...lists, kind, routes: [{ ...route, webhook: { env: 'WEBHOOK' } }] };
  return openSink(feed, {
    ...{ origin: ORIGIN, dir: root, version: '1', random: systemRandom, resolve: systemResolve },
    clock: new ManualClock(0),
    env: { WEBHOOK: `${server.origin}/services/T0/B0/s3cret`, KEY: 'R0UTINGKEY' },
  });
}

function finding(index: number, severity = 5, activity = 1, title = HOSTILE) {
  const finding_info = { uid: `f-${severity}`, title };
  return delivery(index, { activity_id: activity, severity_id: severity, finding_info });
}

async function sent(kind: Kind, content: 'link' | 'title'): Promise<string> {
  await using server = await TestServer.start((_, response) => void response.end('ok'));
  const sink = await open(kind, server, content);
  await sink.send([finding(1)], NEVER);
  await sink.close();
  return server.asked[0]?.body ?? '';
}

for (const kind of ['slack', 'teams', 'pagerduty'] as const) {
  test(`${kind}: a message has a link and no content by default`, async () => {
    const body = await sent(kind, 'link');
    assert.match(body, /https:\/\/cs\.example\/api\/v1\/findings\/f-5/);
    assert.match(body, /Critical: incident f-5/);
    assert.doesNotMatch(body, /click|evil|everyone/);
  });

  test(`${kind}: a hostile title is text only`, async () => {
    const body = await sent(kind, 'title');
    assert.match(body, /click/);
    assert.doesNotMatch(body, /https:\/\/evil|@everyone|\u202e/);
    if (kind !== 'pagerduty') assert.doesNotMatch(body, /<!|<at|\]\(|\*\*/);
  });
}

test('slack: only plain text blocks, and a button for the link', async () => {
  const body = JSON.parse(await sent('slack', 'title')) as {
    readonly parse: string;
    readonly blocks: readonly {
      readonly type: string;
      readonly text?: { readonly type: string };
    }[];
  };
  assert.equal(body.parse, 'none');
  assert.deepEqual(
    body.blocks.map(({ type }) => type),
    ['header', 'section', 'actions'],
  );
  assert.doesNotMatch(JSON.stringify(body), /"type":"mrkdwn"/);
});

test('teams: one Adaptive Card without a TextBlock, which would read markdown', async () => {
  const body = JSON.parse(await sent('teams', 'title')) as {
    readonly type: string;
    readonly attachments: readonly [{ readonly contentType: string; readonly content: object }];
  };
  assert.equal(body.type, 'message');
  assert.equal(body.attachments[0].contentType, 'application/vnd.microsoft.card.adaptive');
  assert.doesNotMatch(JSON.stringify(body.attachments[0].content), /"TextBlock"|msteams/);
});

test('pagerduty: one alert for an incident, raised, then resolved', async () => {
  await using server = await TestServer.start((_, response) => {
    response.writeHead(202).end('{"status":"success"}');
  });
  const sink = await open('pagerduty', server);
  const uid = (index: number, severity: number, activity = 1) =>
    delivery(index, {
      activity_id: activity,
      severity_id: severity,
      finding_info: { uid: 'f', title: 't' },
    });
  await sink.send([uid(1, 3), uid(2, 5), uid(3, 5, 3)], NEVER);
  const events = server.asked.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  assert.deepEqual(
    events.map((event) => [
      event['event_action'],
      event['dedup_key'],
      (event['payload'] as { severity?: string } | undefined)?.severity,
    ]),
    [
      ['trigger', `${ORIGIN}/f`, 'warning'],
      ['trigger', `${ORIGIN}/f`, 'critical'],
      ['resolve', `${ORIGIN}/f`, undefined],
    ],
  );
  assert.deepEqual((events[0]?.['payload'] as { source?: string } | undefined)?.source, TENANT);
  assert.equal(events[0]?.['routing_key'], 'R0UTINGKEY');
});

const FAULTS: readonly (readonly [what: string, kind: Kind, answer: Answer, code: string])[] = [
  ['429', 'slack', (_, to) => void to.writeHead(429, { 'retry-after': '7' }).end(), 'UNAVAILABLE'],
  ['500', 'teams', (_, to) => void to.writeHead(500).end('rollup_error'), 'UNAVAILABLE'],
  ['302', 'slack', (_, to) => void to.writeHead(302, { location: '/' }).end(), 'UNAVAILABLE'],
  ['404', 'slack', (_, to) => void to.writeHead(404).end('no_service'), 'MISCONFIGURED'],
  ['403', 'teams', (_, to) => void to.writeHead(403).end(), 'MISCONFIGURED'],
  ['410', 'slack', (_, to) => void to.writeHead(410).end('channel_is_archived'), 'GONE'],
  [
    '400 for a key',
    'pagerduty',
    (_, to) => void to.writeHead(400).end('{"errors":["Invalid routing key"]}'),
    'MISCONFIGURED',
  ],
  ['a closed connection', 'slack', (_, to) => void to.destroy(), 'UNAVAILABLE'],
];

for (const [what, kind, answer, code] of FAULTS) {
  test(`${kind}: ${what} is ${code}, and the message is sent again`, async () => {
    let isFaulty = true;
    await using server = await TestServer.start((asked, to) =>
      isFaulty ? answer(asked, to) : void to.writeHead(200).end('ok'),
    );
    const sink = await open(kind, server);
    await assert.rejects(sink.send([finding(1)], NEVER), (error: unknown) => {
      assert.ok(error instanceof SinkError);
      assert.equal(error.code, code);
      if (what === '429') assert.equal(error.retryAfterMs, 7000);
      assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /s3cret|R0UTINGKEY/);
      return true;
    });
    isFaulty = false;
    assert.deepEqual(await sink.send([finding(1)], NEVER), { refused: [] });
    await sink.close();
  });
}

test('a message that the receiver does not understand is refused, and stops no other', async () => {
  await using server = await TestServer.start(({ body }, to) => {
    const isPoison = body.includes('f-5');
    to.writeHead(isPoison ? 400 : 200).end(isPoison ? 'invalid_blocks' : 'ok');
  });
  const sink: Sink = await open('slack', server);
  const { refused } = await sink.send([finding(1, 5), finding(2, 4)], NEVER);
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.index, 1);
  assert.match(refused[0]?.because ?? '', /answered 400: "invalid_blocks"/);
  assert.equal(server.asked.length, 2);
  await sink.close();
});

test('a slow receiver does not hold up a feed that stops', async () => {
  await using server = await TestServer.start(() => {});
  const sink = await open('teams', server);
  const controller = new AbortController();
  const sending = sink.send([finding(1)], controller.signal);
  controller.abort();
  await assert.rejects(sending, SinkError);
  await sink.close();
});
