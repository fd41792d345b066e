import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultyRequest } from '../testing/faulty-worker.ts';
import { RequestThread } from './request-thread.ts';
import { ThreadMonitor } from './thread-monitor.ts';

type Faulty = RequestThread<FaultyRequest, string>;

function startFaulty(monitor = new ThreadMonitor()): Faulty {
  return new RequestThread({
    name: 'faulty',
    file: new URL('../testing/faulty-worker.ts', import.meta.url),
    setup: 'here',
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    monitor,
    errorOf: ({ name, code, message }) => new Error(`${name} ${code}: ${message}`),
  });
}

test('answers requests, and one that fails harms no other', async () => {
  const monitor = new ThreadMonitor();
  const thread = startFaulty(monitor);
  const failing = assert.rejects(thread.ask('reject'), /^Error: RangeError OUT: too far$/);
  assert.equal(await thread.ask('echo'), 'here');
  await failing;
  assert.equal(thread.outstanding, 0);
  await thread.close();
  assert.equal(monitor.failure, undefined);
});

test('a close rejects what waits, and is no failure', async () => {
  const monitor = new ThreadMonitor();
  const thread = startFaulty(monitor);
  const waiting = assert.rejects(thread.ask('never answer'), /the faulty thread was closed/);
  await thread.close();
  await waiting;
  await assert.rejects(thread.ask('echo'), /the faulty thread was closed/);
  assert.equal(monitor.failure, undefined);
});

for (const [request, code, message] of [
  ['throw later', 'THREAD_DIED', /the faulty thread ended: a defect\. Start the program again/],
  ['exit', 'THREAD_DIED', /the faulty thread ended: it exited with code 0/],
  ['fill memory', 'THREAD_OUT_OF_MEMORY', /the faulty thread ran out of memory/],
] as const) {
  test(`a thread that dies (${request}) fails each request and its monitor`, async () => {
    const monitor = new ThreadMonitor();
    const thread = startFaulty(monitor);
    const waiting = assert.rejects(thread.ask('never answer'), { code, message });
    thread.ask(request).catch(() => {});
    await waiting;
    await assert.rejects(thread.ask('echo'), { code });
    assert.equal(await monitor.failed, monitor.failure);
    await thread.close();
  });
}

test('a thread whose event loop does not turn is ended while the process stops', async () => {
  const monitor = new ThreadMonitor();
  const [thread, other] = [startFaulty(monitor), startFaulty(monitor)];
  await Promise.all([thread.ask('echo'), other.ask('echo')]);
  const hung = thread.ask('hang');
  const idle = other.ask('never answer');
  monitor.hurry();
  await assert.rejects(hung, { code: 'THREAD_SILENT', message: /has not answered for 3 s/ });
  assert.equal(await other.ask('echo'), 'here', 'a thread that waits is not silent');
  await Promise.all([thread.close(), assert.rejects(idle), other.close()]);
});
