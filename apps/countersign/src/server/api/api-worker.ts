import { type Clock, startThread, systemClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { systemWait } from '@countersign/m365';
import { consoleFolder } from '../../config/installed-package.ts';
import { PasskeyFeed } from '../../enforcement/eam/passkeys/ledger-passkeys.ts';
import type { AgentPeople } from '../../mcp/agent-people.ts';
import { type McpHandler, mcpHandler } from '../../mcp/mcp-handler.ts';
import { loadProfiles } from '../../operations/host/load-detectors.ts';
import { AnswerCache } from '../../operations/readers/answer-cache.ts';
import { knownIncidents } from '../../operations/readers/find-incident.ts';
import { Readers, type SharedReaders } from '../../operations/readers/readers.ts';
import { loadOperations } from '../../operations/registry.ts';
import type { Caller } from '../../operators/caller.ts';
import { PseudonymLookup } from '../../operators/pseudonyms/pseudonym-lookup.ts';
import { Pseudonyms } from '../../operators/pseudonyms/pseudonyms.ts';
import { headOf } from '../../store/reading/ledger-head.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { openTracing, type Tracing } from '../../tracing/open-tracing.ts';
import { HttpListener, type ListenerLimits } from '../listener/listener.ts';
import { type EmulatedTime, followEmulator } from '../runtime/emulator-clock.ts';
import { spanMetric } from '../runtime/span-metric.ts';
import { ApiApp } from './api-app.ts';
import type { ApiThreadSetup, FromApi, ToApi } from './api-messages.ts';
import { failureOf } from './api-thread.ts';
import { readConsoleFiles } from './console/console-files.ts';
import { consoleRoutes } from './console/console-routes.ts';
import { answerExchange, BODY_BYTES_MAX } from './http/http-bridge.ts';
import { KeptReplies } from './http/kept-replies.ts';
import { MainClient } from './main-client.ts';
import { ApiMeasures } from './measures/api-measures.ts';
import { type DetectorStateOptions, DetectorStates } from './measures/detector-states.ts';
import { openAuthenticator } from './open-authenticator.ts';
import { apiFile, cursorKey } from './service-files.ts';

const LIMITS: ListenerLimits = {
  /** A whole security team with its consoles, and the tails of other systems. */
  connectionsMax: 6000,
  /** Behind a proxy, everyone has one address. */
  connectionsPerAddressMax: 6000,
  bodyBytesMax: 64 * 1024 * 1024,
  bodyBytesPerCallerMax: 8 * BODY_BYTES_MAX,
  headerBytesMax: 32 * 1024,
  /** A slower client would hold a connection for nothing. */
  headersMsMax: 10_000,
  requestMsMax: 30_000,
  /** Longer than the pauses of a person who reads. */
  keepAliveMs: 30_000,
};

const { port, setup } = startThread<ApiThreadSetup>();
const stopped = new AbortController();
const main = new MainClient(port);

port.on('message', (message: ToApi) => {
  if (message.kind === 'stop') stopped.abort();
  else main.take(message);
});

try {
  await run();
  send({ kind: 'closed' });
} catch (error) {
  send({ kind: 'broken', failure: failureOf(error) });
}

async function run(): Promise<void> {
  const { dir, listen, reach, tls, version, env, operators } = setup;
  const { clock } = await timeOf(setup);
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir, { clock });
  const keptReplies = new KeptReplies(apiFile(dir), clock);
  const onFailure = (error: unknown): void => {
    const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({ kind: 'event', event: { event: 'failed', collector: 'http', because } });
  };
  const callers = await openAuthenticator({
    ...{ dir, clock, machineClock: systemClock, random: systemRandom, env, ledger, store },
    ...{ operators, reach, transport: tls === undefined ? 'http' : 'https', onFailure },
    perform: main.perform,
  });
  for (const because of callers.signIn?.notices ?? []) {
    send({ kind: 'event', event: { event: 'problem', collector: 'operators', because } });
  }
  const files = readConsoleFiles(consoleFolder());
  const pseudonyms = Pseudonyms.open(dir, systemRandom);
  const shared = sharedReaders(ledger, store);
  const { answers, profiles } = shared;
  const detectors = detectorStates({ clock, store, loadProfiles: profiles, onFailure });
  const tracing = tracingOf();
  const people = peopleOf(pseudonyms, ledger, store);
  const app = new ApiApp({
    ...{ dataDir: dir, version, clock, machineClock: systemClock, random: systemRandom },
    ...{ env, reach, keptReplies },
    operations: await loadOperations(),
    authenticator: callers.authenticator,
    signIn: callers.signIn?.routes,
    console: files && consoleRoutes(files),
    pseudonymize: people.hide,
    nameOf: people.nameOf,
    perform: main.perform,
    mcp: openMcp({ ...setup, people, clock }, onFailure),
    authorizationServers: [],
    mainPage: (name) => main.page(name),
    measures: new ApiMeasures(systemClock),
    moreMetrics: async () => [
      ...(await detectors.metrics()),
      spanMetric([{ thread: 'interface', counts: tracing?.counts() }]),
    ],
    tracer: tracing?.tracer,
    shared,
    cursorKey: cursorKey(dir),
    onFailure,
  });
  const listener = await HttpListener.open({
    ...{ listen, tls, limits: LIMITS },
    handle: (exchange) =>
      answerExchange(exchange, (request, peer) => app.fetch(stopping(request), peer)),
  });
  send({ kind: 'listening', url: listener.url });
  // So that the first page need not wait. A failure is reported to the caller that asks next.
  const warm = firstAnswers({ dataDir: dir, clock, shared });
  await new Promise<void>((resolve) => {
    stopped.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await answered(listener, store);
  await tracing?.close();
  app.close();
  callers.state.close();
  keptReplies.close();
  store.stop();
  await Promise.all([answers.settled(), warm]);
  ledger.close();
  store.close();
}

/** What Today needs: the incidents of a large ledger take a pass over its events. */
function firstAnswers(of: {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly shared: Required<SharedReaders>;
}): Promise<unknown> {
  const incidents = async (): Promise<void> => {
    using readers = new Readers(of);
    await knownIncidents(await readers.sources());
  };
  const { passkeys, profiles } = of.shared;
  return Promise.allSettled([passkeys.current(), profiles(), incidents()]);
}

/** Hides people behind pseudonyms, and finds them again. */
function peopleOf(pseudonyms: Pseudonyms, ledger: LedgerReader, store: StoreReader): AgentPeople {
  const names = (): readonly string[] => store.aliasValues();
  const lookup = new PseudonymLookup({ pseudonyms, names, version: () => store.cursor });
  return {
    hide: (value) => pseudonyms.hide(value),
    nameOf: async (pseudonym) => {
      await ledger.refresh();
      // The store opens what it had not found before.
      await headOf(ledger, store);
      return lookup.nameOf(pseudonym);
    },
  };
}

type AgentParts = { readonly people: AgentPeople; readonly clock: Clock };

/** Where agents ask. Each call is done as the caller that was proved. */
function openMcp(
  { dir: dataDir, env, version, listen, people, clock }: ApiThreadSetup & AgentParts,
  log: (error: unknown) => void,
): McpHandler {
  return mcpHandler({
    host: {
      ...{ dataDir, clock, machineClock: systemClock, random: systemRandom, env, version },
      signal: stopped.signal,
      people,
      perform: async <Input extends object, Output>(
        { who }: Caller,
        { name: operation }: { readonly name: string },
        input: Input,
      ): Promise<Output> => {
        const work = { operation, input, tenant: undefined, who };
        return (await main.perform(work, stopped.signal)) as Output;
      },
      log,
    },
    hostnames: ['localhost', '127.0.0.1', '[::1]', listen.host],
  });
}

function detectorStates(parts: Omit<DetectorStateOptions, 'stopwatch'>): DetectorStates {
  return new DetectorStates({ ...parts, stopwatch: systemClock });
}

/** Shorter than the time after which the thread is ended. */
const QUERIES_MS_MAX = 1500;

/**
 * Answers what callers have asked. A query that takes longer is interrupted: the engine would end
 * the whole process if its thread ended under a query.
 */
async function answered(listener: HttpListener, store: StoreReader): Promise<void> {
  const late = setTimeout(() => store.stop(), QUERIES_MS_MAX);
  await listener.close();
  clearTimeout(late);
}

/** What callers share: a page reads none of it again. */
function sharedReaders(ledger: LedgerReader, store: StoreReader): Required<SharedReaders> {
  return {
    ...{ ledger, store },
    // An emulated clock may run fast, and an answer takes the time of this machine.
    answers: new AnswerCache(systemClock),
    passkeys: PasskeyFeed.of({ store, reader: ledger }),
    profiles: onceRead(loadProfiles),
  };
}

/** Reads a value once. A failure is not kept. */
function onceRead<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= read().catch((error: unknown) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}

function tracingOf(): Tracing | undefined {
  const { traces, version, env } = setup;
  const tell = (because: string): void =>
    send({ kind: 'event', event: { event: 'problem', collector: 'traces', because } });
  const thread = 'interface';
  return openTracing(traces, { thread, version, random: systemRandom, env, tell });
}

/** A stream ends when the service stops. */
function stopping(request: Request): Request {
  return new Request(request, { signal: AbortSignal.any([request.signal, stopped.signal]) });
}

function send(message: FromApi): void {
  port.postMessage(message);
}

async function timeOf({ emulator }: ApiThreadSetup): Promise<Pick<EmulatedTime, 'clock' | 'wait'>> {
  if (emulator === undefined) return { clock: systemClock, wait: systemWait };
  // The main thread follows the same clock, and reports its troubles.
  const common = { clock: systemClock, random: systemRandom, tell: () => undefined };
  return followEmulator({ ...emulator, ...common, signal: stopped.signal });
}
