import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../core/index.ts';
import { cutDraft, type StreamDetector } from '../detect/index.ts';
import type { Judgement } from './judge.ts';
import { streamJudge } from './stream-judge.ts';

const DAY_MS = 86_400_000;
const TOUCHED = [interval(20_000 * DAY_MS, 20_001 * DAY_MS)];

function detector(rule: string, find: StreamDetector['find']): StreamDetector {
  return { rules: [rule], title: `what ${rule} looks for`, needs: ['sign-ins'], find };
}

test('a detector that cannot look silences no other, and takes nothing back', async () => {
  const found = cutDraft('something else', { fromMs: 0, toMs: DAY_MS }, 7);
  const broken = detector('stream/broken', () => Promise.reject(new Error('Out of Memory')));
  const sound = detector('stream/found', () => Promise.resolve([found]));
  // Neither detector asks anything.
  const context = { touched: TOUCHED, books: {}, ledger: {} } as never;
  const parts: Judgement[] = [];
  const ask = async (): Promise<void> => {
    for await (const part of streamJudge([broken, sound]).judge(context)) parts.push(part);
  };
  // It did not look: the cursor stays where it is, and it is asked about the same again.
  await assert.rejects(ask, /"what stream\/broken looks for": Out of Memory/);
  const [{ drafts, covers, cutShort } = { drafts: [], covers: [], cutShort: [] }] = parts;
  assert.deepEqual(drafts, [found]);
  const [covered] = covers;
  assert.ok(covered !== undefined);
  assert.deepEqual(cutShort, [{ ...covered, rules: ['stream/broken'] }]);
});
