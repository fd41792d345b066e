import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { FakeSentinel } from '../../../../apps/countersign/src/feeds/testing/fake-sentinel.ts';
import { FakeSplunk } from '../../../../apps/countersign/src/feeds/testing/fake-splunk.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';
import { type ReceiverKind, SENTINEL_OPTIONS, splunkOptions } from './receiver-options.ts';

/**
 * One receiver, so that `kill -9` of it is real: `node receiver-main.ts KIND PORT FILE`. It appends
 * a line to the file for each thing that it takes, before it answers.
 */
const [kind, portText = '', file = ''] = process.argv.slice(2) as [ReceiverKind, string, string];
const port = Number(portText);

/**
 * A kill may cut the last line, so each is whole JSON or none. The first line feed ends it. What is
 * stored does not stay in memory, too: a day of 2,000 people has a million records.
 */
function store(items: readonly (string | number)[]): void {
  appendFileSync(file, items.map((item) => `\n${JSON.stringify([item])}`).join(''));
}

async function startMail(): Promise<void> {
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      buffer(stream).then((bytes) => {
        const [, id = ''] = /^Message-ID: <(.*)>\r$/m.exec(bytes.toString('utf8')) ?? [];
        store([id]);
        done();
      }, done);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
}

/** Slack, Teams and PagerDuty: the body says which message it is. */
async function startChat(status: number): Promise<void> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    store([(await buffer(request)).toString('utf8')]);
    response.writeHead(status).end('ok');
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

async function startReceiver(): Promise<unknown> {
  switch (kind) {
    case 'webhook': {
      const receiver = new WebhookReceiver();
      receiver.onAccepted = (indices) => {
        store(indices);
        receiver.bodies.clear();
      };
      return receiver.start(port);
    }
    case 'splunk':
    case 'splunk-ack': {
      const options = splunkOptions(kind === 'splunk-ack');
      const onIndexed: typeof options.onIndexed = (events) => {
        store(events.map(({ fields }) => Number(fields['cs_index'])));
        splunk.indexed.length = 0;
      };
      const splunk = await FakeSplunk.start({ ...options, onIndexed }, port);
      return splunk;
    }
    case 'sentinel': {
      const onStored: (typeof SENTINEL_OPTIONS)['onStored'] = (rows) => {
        store(rows.map((row) => Number(row['CsIndex'])));
        sentinel.table.length = 0;
      };
      const sentinel = await FakeSentinel.start({ ...SENTINEL_OPTIONS, onStored }, port);
      return sentinel;
    }
    case 'mail':
      return startMail();
    case 'slack':
      return startChat(200);
    case 'teams':
    case 'pagerduty':
      return startChat(202);
  }
}

await startReceiver();
process.stdout.write('ready\n');
