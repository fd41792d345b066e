import { assemble, type Parts } from './assemble.ts';
import { EventStream } from './azure-monitor/event-stream.ts';
import { machineTime } from './core/machine-time.ts';
import { RunningClock } from './core/virtual-clock.ts';
import type { Emulator, EmulatorOptions } from './emulator-options.ts';
import { Engine, type Life } from './engine.ts';
import { offered } from './ground-truth.ts';
import type { Ask, Reply } from './http/http-message.ts';
import { type Server, serve } from './http/http-server.ts';
import { setTrap } from './http/trap-host.ts';

const DAY_MS = 86_400_000;
/** The first ones show the problem. */
const DEFECTS_KEPT = 100;
/** A day longer than the Activity API lists them, to distinguish "expired" from "unknown". */
const ACTIVITY_KEPT_MS = 8 * DAY_MS;
/** Each feed is searched, so not at every step. The retention is longer than any client reads. */
const FORGET_EVERY_MS = 3_600_000;
/** Graph keeps sign-ins and directory audits for 30 days with a premium license. */
const OTHERS_KEPT_MS = 30 * DAY_MS;

/**
 * Starts tenants on loopback.
 *
 * @example
 * const emulator = await startEmulator({ seed: 7, tenants: [{ people: 100 }] });
 * await emulator.advance(2 * 3_600_000);
 * await fetch(`${emulator.origins.manage}/api/v1.0/…`);
 * await emulator.stop();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const parts = await assemble(options);
  const { clock, faults, store, api, companies, tenants, credentials, tls, origins } = parts;
  const { startMs, now, truth, played } = parts;
  const defects: unknown[] = [];
  const servers = await listen(parts, options, defects);
  const trap = await setTrap(now);
  faults.leadTo(trap.origin);
  const engine = new Engine(lifeIn(parts), startMs);
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
    await Promise.all([...servers, trap].map((server) => server.stop()));
    store.end();
  };
  let running: Promise<unknown> | undefined;
  try {
    await engine.reach(clock, startMs + (options.historyMs ?? 0), options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  running = Promise.all([
    clock instanceof RunningClock ? engine.run(clock, machineTime, stopping.signal) : undefined,
    stream(parts, options, stopping.signal),
  ]);
  return {
    ...{ origins, tenants, credentials, clock, store, api, companies, faults, defects },
    ca: tls?.certPem,
    advance: async (ms) => {
      if (clock instanceof RunningClock) throw new RangeError('this clock runs by itself');
      await engine.advance(clock, ms);
    },
    truth: () =>
      truth.tell({
        withheld: faults.withheld,
        strayed: trap.visits(),
        footholds: played.flatMap(({ footholds }) => footholds),
        closed: played.flatMap(({ closed }) => closed),
      }),
    offered: (tenantId, feed, sinceMs = 0) => {
      const { clientId } = credentials;
      const nowMs = clock.now();
      return offered({ store, api, faults, tenantId, feed, clientId, sinceMs, nowMs });
    },
    stop,
  };
}

function lifeIn({ store, api, login, faults, actor, take }: Parts): Life {
  let forgotMs = Number.NEGATIVE_INFINITY;
  const forget = (nowMs: number): void => {
    if (nowMs - forgotMs < FORGET_EVERY_MS) return;
    forgotMs = nowMs;
    store.forget((feed) =>
      feed.startsWith('activity/') ? nowMs - ACTIVITY_KEPT_MS : nowMs - OTHERS_KEPT_MS,
    );
  };
  return {
    actor,
    take,
    passed: (nowMs) => {
      login.passed(nowMs);
      store.advance(nowMs);
      faults.strike(api.subscriptions, nowMs);
      forget(nowMs);
      return api.notify();
    },
  };
}

/** Sends the diagnostic export to the broker, if configured. */
async function stream(
  { store, clock, tenants }: Parts,
  { eventStream }: EmulatorOptions,
  signal: AbortSignal,
): Promise<void> {
  if (eventStream === undefined) return;
  const tenantIds = tenants.map(({ tenantId }) => tenantId);
  const fromMs = clock.now();
  const events = new EventStream({ store, clock, tenantIds, fromMs, ...eventStream });
  // Tests make the broker unreachable on purpose. The send is repeated.
  await events.run(signal, () => undefined);
  await events.stop();
}

async function listen(
  { hosts, faults, now, tls, origins }: Parts,
  { port = 0 }: EmulatorOptions,
  defects: unknown[],
): Promise<readonly Server[]> {
  const servers: Server[] = [];
  // For the Activity API only content is affected; other faults concern tokens.
  const disturbed = (name: string, ask: Ask, reply: Reply): Reply =>
    name === 'graph' || name === 'storage' ? faults.disturb(ask, reply) : reply;
  try {
    for (const [i, { name, router, refuse }] of hosts.entries()) {
      const server = await serve({
        ...{ router, now },
        port: port === 0 ? 0 : port + i,
        ...(tls !== undefined && { tls }),
        sleep: (ms) => machineTime.sleep(ms),
        around: (ask, answer) =>
          faults.around(ask, async () => disturbed(name, ask, await answer()), refuse),
        onDefect: (error) => {
          if (defects.length < DEFECTS_KEPT) defects.push(error);
        },
      });
      servers.push(server);
      origins[name] = server.origin;
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  return servers;
}
