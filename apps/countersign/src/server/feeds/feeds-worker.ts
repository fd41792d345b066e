import { messageOf, startThread, systemClock, systemRandom } from '@countersign/core';
import { systemWait } from '@countersign/m365';
import { systemResolve } from '../../feeds/delivery/egress.ts';
import { runFeeds } from '../../feeds/delivery/run-feeds.ts';
import type { Delivery } from '../../feeds/delivery/sink.ts';
import { FeedError } from '../../feeds/state/feed-state-error.ts';
import { loadProfiles } from '../../operations/host/load-detectors.ts';
import { ruleTitles } from '../../operations/readers/finding-options.ts';
import { Pseudonyms } from '../../operators/pseudonyms/pseudonyms.ts';
import { openTracing } from '../../tracing/open-tracing.ts';
import { type EmulatedTime, followEmulator } from '../runtime/emulator-clock.ts';
import type { FeedsThreadSetup, FromFeeds, ToFeeds } from './feeds-messages.ts';

const { port, setup } = startThread<FeedsThreadSetup>();
const stopped = new AbortController();
port.on('message', (message: ToFeeds) => {
  if (message.kind === 'stop') stopped.abort();
});

const tracing = openTracing(setup.traces, {
  ...{ thread: 'feeds', version: setup.version, random: systemRandom, env: setup.env },
  tell: (because) => send({ kind: 'traces', because }),
});
try {
  const { clock, wait } = await timeOf(setup);
  await runFeeds({
    ...setup,
    ...{ clock, receiverClock: systemClock, wait },
    ...{ random: systemRandom, resolve: systemResolve },
    ruleTitles: () => ruleTitles({ profiles: loadProfiles }),
    pseudonymize: pseudonymizing(setup),
    tell: (event) => send({ kind: 'event', event }),
    report: (report) => send({ kind: 'report', report, spans: tracing?.counts() }),
    tracer: tracing?.tracer,
    signal: stopped.signal,
  });
  await tracing?.close();
  send({ kind: 'finished' });
} catch (error) {
  const message = messageOf(error);
  if (stopped.signal.aborted) send({ kind: 'finished' });
  else if (error instanceof FeedError) send({ kind: 'unusable', because: message });
  else send({ kind: 'broken', message });
}

function send(message: FromFeeds): void {
  port.postMessage(message);
}

/** Opens the key with the first record. A record whose names cannot be replaced is not sent. */
function pseudonymizing({ dir }: FeedsThreadSetup): (record: Delivery) => Delivery {
  let pseudonyms: Pseudonyms | undefined;
  return (record) => {
    if (!('body' in record)) return record;
    pseudonyms ??= Pseudonyms.open(dir, systemRandom);
    return { ...record, body: pseudonyms.hide(record.body) };
  };
}

async function timeOf({
  emulator,
}: FeedsThreadSetup): Promise<Pick<EmulatedTime, 'clock' | 'wait'>> {
  if (emulator === undefined) return { clock: systemClock, wait: systemWait };
  const { signal } = stopped;
  // The main thread follows the same clock, and reports its troubles.
  const common = { clock: systemClock, random: systemRandom, signal, tell: () => undefined };
  return followEmulator({ ...emulator, ...common });
}
