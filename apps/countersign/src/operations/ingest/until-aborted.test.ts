import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { untilAborted } from './until-aborted.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const CHUNKS = 200;

test('bytes that were read are not kept', async () => {
  const read: WeakRef<Uint8Array>[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < CHUNKS; n++) {
      const bytes = new Uint8Array(16);
      read.push(new WeakRef(bytes));
      // As a pipe does: each comes in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      yield bytes;
    }
  }
  const { signal } = new AbortController();
  let kept = 0;
  let count = 0;
  for await (const { length } of untilAborted(source(), signal)) {
    assert.equal(length, 16);
    if (++count < CHUNKS) continue;
    collectGarbage();
    kept = read.filter((each) => each.deref() !== undefined).length;
  }
  assert.equal(count, CHUNKS);
  assert.ok(kept < 10, `${kept} of ${CHUNKS}`);
});

test('an abort ends a wait for bytes that never come', async () => {
  const stop = new AbortController();
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    await new Promise(() => undefined);
  }
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { length } of untilAborted(silent(), stop.signal)) seen.push(length);
  })();
  setImmediate(() => stop.abort());
  await assert.rejects(reading, { code: 'INTERRUPTED' });
  assert.deepEqual(seen, [1]);
});

test('an abort while the consumer works is noticed at the next read', async () => {
  const stop = new AbortController();
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(1);
  }
  const reading = (async () => {
    for await (const _ of untilAborted(endless(), stop.signal)) stop.abort();
  })();
  await assert.rejects(reading, { code: 'INTERRUPTED' });
});
