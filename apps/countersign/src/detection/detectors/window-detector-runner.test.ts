import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DetectorResult } from '../runner/detector-result.ts';
import { Isolation } from '../runner/isolation.ts';
import { streamDetector } from './window-detector-runner.ts';
import { cutDraft, type WindowDetector } from './windows/window-detector.ts';

const DAY_MS = 86_400_000;
const TOUCHED = [interval(20_000 * DAY_MS, 20_001 * DAY_MS)];

function detector(rule: string, find: WindowDetector['find']): WindowDetector {
  return { rules: [rule], title: `what ${rule} looks for`, needs: ['sign-ins'], find };
}

test('a failing detector silences no other, and withdraws nothing', async () => {
  const found = cutDraft(
    { unit: 'stream/else', title: 'something else' },
    { fromMs: 0, toMs: DAY_MS },
    7,
  );
  const broken = detector('stream/broken', () => Promise.reject(new Error('Out of Memory')));
  const sound = detector('stream/found', () => Promise.resolve([found]));
  // Neither detector reads the store.
  const store = {} as StoreReader;
  const ledger = {} as LedgerReader;
  const isolation = new Isolation({
    ...{ detector: 'stream', store, ledger, fromIndex: 0, known: [], retries: false },
    isStopped: () => false,
  });
  const context = { touched: TOUCHED, store, ledger, isolation } as never;
  const parts: DetectorResult[] = [];
  for await (const part of streamDetector([broken, sound]).detect(context)) parts.push(part);
  assert.deepEqual(isolation.failures, [
    '"what stream/broken looks for" failed and does not run: Out of Memory',
  ]);
  const [{ drafts, covers, cutShort } = { drafts: [], covers: [], cutShort: [] }] = parts;
  assert.deepEqual(drafts, [found]);
  const [covered] = covers;
  assert.ok(covered !== undefined);
  assert.deepEqual(cutShort, [{ ...covered, rules: ['stream/broken'] }]);
});
