import { messageOf, startThread, systemClock, systemRandom } from '@countersign/core';
import { HttpError, systemWait } from '@countersign/m365';
import type { DetectionReport } from '../../detection/runner/detection-runner.ts';
import type { DetectionChanges, DetectionWriter } from '../../detection/runner/detection-writer.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import { loadDetection } from '../../operations/host/load-detectors.ts';
import { type LapsePasses, openDetection } from '../../operations/host/run-detection.ts';
import { type EmulatedTime, followEmulator } from '../runtime/emulator-clock.ts';
import type { ServeEvent } from '../runtime/server-event.ts';
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
  const writer = { dir: setup.dir, risk: setup.risk, clock, alone, changes: changes() };
  const { detectors } = await loadDetection();
  const lapse = async (): Promise<void> => void (await ask({ kind: 'lapse' }));
  if (setup.runs === 'once') {
    send({ kind: 'finished', report: await runOnce(writer, detectors, lapse) });
  } else {
    const tell = (event: ServeEvent): void => send({ kind: 'event', event });
    await runDetectors({ writer, detectors, lapse, wait, tell, signal: stopped.signal });
    send({ kind: 'finished' });
  }
} catch (error) {
  // A stop also ends the wait for the emulator's time, before the first run.
  const isStopped = stopped.signal.aborted && error instanceof HttpError;
  if (isStopped && error.code === 'ABORTED') send({ kind: 'finished' });
  else send({ kind: 'broken', message: messageOf(error) });
}

async function runOnce(
  writer: DetectionWriter,
  detectors: readonly Detector[],
  lapse: LapsePasses,
): Promise<DetectionReport> {
  const runner = await openDetection(writer, detectors, lapse);
  stopped.signal.addEventListener('abort', () => runner.stop(), { once: true });
  if (stopped.signal.aborted) runner.stop();
  try {
    return await runner.run();
  } finally {
    runner.close();
  }
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

async function timeOf({
  emulator,
}: DetectionThreadSetup): Promise<Pick<EmulatedTime, 'clock' | 'wait'>> {
  if (emulator === undefined) return { clock: systemClock, wait: systemWait };
  const { signal } = stopped;
  // The main thread follows the same clock, and reports its troubles.
  const common = { clock: systemClock, random: systemRandom, signal, tell: () => undefined };
  return followEmulator({ ...emulator, ...common });
}
