import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThreadMonitor } from './thread-monitor.ts';

function silentThread(turns: number) {
  return {
    name: 'stuck',
    turns,
    ended: [] as number[],
    endSilent(ms: number) {
      this.ended.push(ms);
    },
  };
}

test('a silent thread is reported after 20 s, and ended after 60 s', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const monitor = new ThreadMonitor();
  const [stuck, turning] = [silentThread(7), silentThread(0)];
  monitor.add(stuck);
  monitor.add({
    ...turning,
    get turns() {
      return turning.turns++;
    },
  });
  t.mock.timers.tick(20_000);
  assert.deepEqual(monitor.silent, []);
  t.mock.timers.tick(500);
  assert.deepEqual(monitor.silent, [{ name: 'stuck', silentMs: 20_000 }]);
  t.mock.timers.tick(39_500);
  assert.deepEqual(stuck.ended, []);
  t.mock.timers.tick(500);
  assert.deepEqual([stuck.ended, turning.ended], [[60_000], []]);
});

test('a stopping process waits 3 s, but for a thread that loads its files as before', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const monitor = new ThreadMonitor();
  const [stuck, loading] = [silentThread(7), silentThread(0)];
  monitor.add(stuck);
  t.mock.timers.tick(50_000);
  monitor.add(loading);
  monitor.hurry();
  t.mock.timers.tick(2_500);
  assert.deepEqual(stuck.ended, []);
  monitor.hurry();
  t.mock.timers.tick(500);
  assert.deepEqual([stuck.ended, loading.ended], [[3000], []]);
});

test('a thread that its owner removed is no failure', async () => {
  const monitor = new ThreadMonitor();
  const [one, other] = [silentThread(1), silentThread(1)];
  monitor.add(one);
  monitor.add(other);
  monitor.remove(one);
  assert.equal(monitor.failure, undefined);
  const error = new Error('gone');
  monitor.remove(other, error);
  monitor.remove(other, new Error('later'));
  assert.equal(await monitor.failed, error);
});
