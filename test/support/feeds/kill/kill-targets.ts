import { join } from 'node:path';
import { kafkaJars } from '../../collection/kafka-broker.ts';
import { withoutS3 } from '../s3-server.ts';
import { missingSyslog, SyslogServer } from '../syslog-server.ts';
import { kafkaTarget } from './kafka-target.ts';
import type { KillTarget, TargetWorld } from './kill-target.ts';
import { folderLakeTarget, s3Target } from './lake-targets.ts';
import { HEC_TOKEN, type ReceiverKind, SENTINEL_OPTIONS } from './receiver-options.ts';
import { ReceiverProcess } from './receiver-process.ts';
import { SlowProxy } from './slow-proxy.ts';

/** Records per request. */
const WEBHOOK_BATCH = 40;
/** Records of the requests that wait for an acknowledgment: HEC_UNACKNOWLEDGED_MAX requests. */
const HEC_ACK_WINDOW = 32_000;
/** INGESTION_CALLS_MAX calls of INGESTION_RECORDS_MAX records. */
const SENTINEL_WINDOW = 16_000;
const HEC_WINDOW = 8000;

type ProcessTarget = Pick<KillTarget, 'feed' | 'items' | 'order' | 'repeatedMax' | 'env'>;

/** Receivers that are programs of ours. `port` is the one that the feed calls. */
function processTarget(kind: ReceiverKind, port: number): ProcessTarget {
  const hec = { items: 'indices', order: 'any', env: { HEC_TOKEN } } as const;
  const notes = { items: 'messages', order: 'ledger', repeatedMax: 1 } as const;
  const url = `http://127.0.0.1:${port}`;
  switch (kind) {
    case 'webhook': {
      const feed = `kind: webhook
url: ${url}/in
secrets: [{env: HOOK_SECRET}]
recordsPerRequest: ${WEBHOOK_BATCH}`;
      return { feed, items: 'indices', order: 'ledger', repeatedMax: WEBHOOK_BATCH };
    }
    case 'splunk':
    case 'splunk-ack': {
      const acknowledgment = kind === 'splunk-ack';
      const token = 'token: {env: HEC_TOKEN}';
      const feed = `kind: splunk\nurl: ${url}\n${token}\nacknowledgment: ${acknowledgment}`;
      return { ...hec, feed, repeatedMax: acknowledgment ? HEC_ACK_WINDOW : HEC_WINDOW };
    }
    case 'sentinel': {
      const { rule, stream, tenant, clientId, secret } = SENTINEL_OPTIONS;
      const feed = `kind: sentinel
url: ${url}
authority: ${url}
rule: ${rule}
stream: ${stream}
tenant: ${tenant}
credentials: {clientId: ${clientId}, secret: {env: SENTINEL_SECRET}}`;
      const env = { SENTINEL_SECRET: secret };
      return { feed, items: 'indices', order: 'any', repeatedMax: SENTINEL_WINDOW, env };
    }
    case 'mail': {
      const feed = `kind: mail
server: 127.0.0.1:${port}
security: plain
from: countersign@northmoor.example
routes: [{severity: informational, to: [soc@northmoor.example]}]`;
      return { ...notes, feed };
    }
    case 'slack':
    case 'teams': {
      const name = `${kind.toUpperCase()}_WEBHOOK`;
      const feed = `kind: ${kind}\nroutes: [{severity: informational, webhook: {env: ${name}}}]`;
      return { ...notes, feed, env: { [name]: `${url}/services/T0` } };
    }
    case 'pagerduty': {
      const feed = `kind: pagerduty
url: ${url}/v2/enqueue
routes: [{severity: informational, routingKey: {env: PAGERDUTY_KEY}}]`;
      return { ...notes, feed, env: { PAGERDUTY_KEY: 'R0UTINGKEY' } };
    }
  }
}

/** Starts a receiver in a process of its own. */
export async function startTarget(
  kind: ReceiverKind,
  { root, slowness }: TargetWorld,
): Promise<KillTarget> {
  const receiver = await ReceiverProcess.start(kind, join(root, `${kind}.received`));
  const proxy = slowness && (await SlowProxy.start(receiver.port, slowness));
  return {
    name: kind,
    ...processTarget(kind, proxy?.port ?? receiver.port),
    received: async () => receiver.items(),
    kill: () => receiver.kill(),
    restart: () => receiver.restart(),
    end: async () => {
      await proxy?.[Symbol.asyncDispose]();
      await receiver.kill();
    },
  };
}

/** A record that was written this long before a break may be lost, so it is sent again. */
const SYSLOG_RESEND_S = 1;
/** All that the service sends in that time, and in the second of a mark. */
const SYSLOG_WINDOW = 20_000;

/** Called directly: over a slow line, what may be lost grows to all that the line holds. */
async function syslogTarget({ root }: TargetWorld): Promise<KillTarget> {
  const server = await SyslogServer.start('rsyslog', join(root, 'rsyslog'), { sizeMax: 65_536 });
  return {
    name: 'syslog',
    feed: `kind: syslog
address: 127.0.0.1:${server.port}
authorityFile: ${server.certificateFile}
clientCertificate: {file: ${server.certificateFile}, keyFile: ${server.keyFile}}
messageBytesMax: 65536
resend: ${SYSLOG_RESEND_S}s`,
    ...{ items: 'indices', order: 'ledger', repeatedMax: SYSLOG_WINDOW },
    received: async () => server.lines().map(({ index }) => index),
    kill: () => server.end('SIGKILL'),
    restart: () => server.restart(),
    end: () => server.end('SIGKILL'),
  };
}

const PROCESS_KINDS: readonly ReceiverKind[] = [
  ...(['webhook', 'splunk', 'splunk-ack', 'sentinel'] as const),
  ...(['mail', 'slack', 'teams', 'pagerduty'] as const),
];

/** Every kind of receiver that can run here, and why another cannot. */
export async function startTargets(
  world: TargetWorld,
): Promise<{ readonly targets: readonly KillTarget[]; readonly missing: readonly string[] }> {
  const targets: KillTarget[] = [folderLakeTarget(world)];
  const missing: string[] = [];
  const noSyslog = missingSyslog('rsyslog');
  const noS3 = withoutS3();
  const jars = kafkaJars();
  try {
    for (const kind of PROCESS_KINDS) targets.push(await startTarget(kind, world));
    if (noSyslog === undefined) targets.push(await syslogTarget(world));
    else missing.push(noSyslog);
    if (noS3 === false) targets.push(await s3Target(world));
    else missing.push(noS3);
    if (jars !== undefined) targets.push(await kafkaTarget(jars));
    else missing.push('no Kafka broker here: run node tools/fetch-kafka.ts');
    return { targets, missing };
  } catch (error) {
    for (const { end } of targets) await end();
    throw error;
  }
}
