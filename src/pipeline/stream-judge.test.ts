import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval } from '../core/index.ts';
import type { StreamDetector } from '../detect/index.ts';
import { draftOf } from '../detect/testing/draft.ts';
import type { JudgeContext, Judgement } from './judge.ts';
import { streamJudge } from './stream-judge.ts';

const DAY_MS = 86_400_000;
const TOUCHED = [interval(20_000 * DAY_MS, 20_001 * DAY_MS)];

function detector(rule: string, find: StreamDetector['find']): StreamDetector {
  return { rules: [rule], title: `what ${rule} looks for`, needs: ['sign-ins'], find };
}

test('a detector that cannot look silences no other, and takes nothing back', async () => {
  const found = draftOf({ rule: 'stream/found' });
  const broken = detector('stream/broken', () => Promise.reject(new Error('Out of Memory')));
  const sound = detector('stream/found', () => Promise.resolve([found]));
  const context = { touched: TOUCHED, books: {}, ledger: {} } as unknown as JudgeContext;
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
