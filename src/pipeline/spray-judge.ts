import { type FindingDraft, type Interval, interval, normalise } from '../core/index.ts';
import {
  CAMPAIGN_GAP_MS,
  cutDraft,
  SCORED_ROWS_MAX,
  type SprayPeriod,
  sprayFindings,
  sprayLooks,
} from '../detect/index.ts';
import type { Judge, JudgeContext, Judgement } from './judge.ts';
import {
  SPRAY_BLOCK_MS,
  SPRAY_BLOCKS_TOGETHER,
  SPRAY_EVERY_MS,
  STREAM_REST_TIMES,
} from './limits.ts';

const SPRAY_TITLE = 'Passwords of many people are guessed at';

/**
 * Looks for campaigns of guessed passwords in blocks of the calendar, each with what came before
 * it to learn from: the same records give the same campaigns, whenever they are asked for. A
 * campaign is told in the block in which it ends.
 */
export function sprayJudge(): Judge {
  return {
    name: 'stream/spray',
    hears: 'events',
    watches: [
      {
        id: 'stream/password-spray',
        title: SPRAY_TITLE,
        judge: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
      {
        id: 'stream/spray-hit',
        title: 'Somebody got in by a password that was guessed at',
        cutTitle: SPRAY_TITLE,
        judge: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
      {
        id: 'stream/brute-force',
        title: 'The password of one person is guessed at',
        cutTitle: SPRAY_TITLE,
        judge: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
    ],
    everyMs: SPRAY_EVERY_MS,
    restTimes: STREAM_REST_TIMES,
    async *judge({ touched, books }: JudgeContext): AsyncGenerator<Judgement> {
      const covers = normalise(
        touched.map(({ from, to }) =>
          interval(
            // What came in may be of a campaign that seemed to end in the block before it.
            Math.floor((from - CAMPAIGN_GAP_MS) / SPRAY_BLOCK_MS) * SPRAY_BLOCK_MS,
            // What came in is familiar in the block behind it as well.
            (Math.floor(to / SPRAY_BLOCK_MS) + 2) * SPRAY_BLOCK_MS,
          ),
        ),
      );
      const drafts: FindingDraft[] = [];
      for (const blocks of covers.flatMap(blocksOf)) {
        for (const [i, { campaigns, isCut }] of (await sprayLooks(books, blocks)).entries()) {
          const { fromMs } = blocks[i] as SprayPeriod;
          if (isCut) drafts.push(cutDraft(SPRAY_TITLE, fromMs, SCORED_ROWS_MAX));
          drafts.push(...sprayFindings(campaigns));
        }
      }
      yield { drafts, covers };
    },
  };
}

/** Some at a time, which lie behind each other. */
function blocksOf({ from, to }: Interval): SprayPeriod[][] {
  const blocks: SprayPeriod[][] = [];
  for (let fromMs = from; fromMs < to; fromMs += SPRAY_BLOCK_MS) {
    const [toMs, learnFromMs] = [fromMs + SPRAY_BLOCK_MS, fromMs - SPRAY_BLOCK_MS];
    const block = { fromMs, toMs, learnFromMs };
    const last = blocks.at(-1);
    if (last === undefined || last.length === SPRAY_BLOCKS_TOGETHER) blocks.push([block]);
    else last.push(block);
  }
  return blocks;
}
