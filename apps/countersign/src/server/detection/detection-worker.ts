import { messageOf, startThread, systemClock, systemRandom } from '@countersign/core';
import { systemWait } from '@countersign/m365';
import type { DetectionChanges } from '../../detection/runner/detection-writer.ts';
import { loadDetection } from '../../operations/host/load-detectors.ts';
import { type EmulatedTime, followEmulator } from '../runtime/emulator-clock.ts';
import { runDetectors } from './detection-loop.ts';
import type {
  DetectionRequest,
  DetectionThreadSetup,
  FromDetection,
  ToDetection,
} from './detection-messages.ts';

const { port, setup } = startThread<DetectionThreadSetup>();
const stopped = new AbortController();
const waiting = new Map<number, PromiseWithResolvers<unknown>>();
let nextId = 0;

port.on('message', (message: ToDetection) => {
  if (message.kind === 'stop') return stopped.abort();
  const request = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.kind === 'done') request?.resolve(message.value);
  else request?.reject(new Error(message.message));
});

try {
  const { clock, wait } = await timeOf(setup);
  await runDetectors({
    writer: { dir: setup.dir, risk: setup.risk, clock, alone, changes: changes() },
    detectors: (await loadDetection()).detectors,
    lapse: async () => void (await ask({ kind: 'lapse' })),
    wait,
    tell: (event) => send({ kind: 'event', event }),
    signal: stopped.signal,
  });
  send({ kind: 'finished' });
} catch (error) {
  send({ kind: 'broken', message: messageOf(error) });
}

function send(message: FromDetection): void {
  port.postMessage(message);
}

function ask(request: DetectionRequest, id: number = nextId++): Promise<unknown> {
  const answer = Promise.withResolvers<unknown>();
  waiting.set(id, answer);
  send({ kind: 'request', id, request });
  return answer.promise;
}

async function alone<T>(work: () => Promise<T>): Promise<T> {
  const id = nextId++;
  await ask({ kind: 'begin' }, id);
  try {
    return await work();
  } finally {
    await ask({ kind: 'end' }, id);
  }
}

function changes(): DetectionChanges {
  const changing =
    <Args extends readonly unknown[], Result>(method: keyof DetectionChanges) =>
    async (...args: Args): Promise<Result> =>
      (await ask({ kind: 'change', method, args })) as Result;
  return {
    publish: changing('publish'),
    append: changing('append'),
    stageCursor: changing('stageCursor'),
    setStageCursor: changing('setStageCursor'),
    forgetTouched: changing('forgetTouched'),
    keepChecks: changing('keepChecks'),
  };
}

async function timeOf({ emulator }: DetectionThreadSetup): Promise<EmulatedTime> {
  if (emulator === undefined) return { clock: systemClock, wait: systemWait };
  const { signal } = stopped;
  // The main thread follows the same clock, and reports its troubles.
  const common = { clock: systemClock, random: systemRandom, signal, tell: () => undefined };
  return followEmulator({ ...emulator, ...common });
}
