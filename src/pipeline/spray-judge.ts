import { type FindingDraft, interval, normalise } from '../core/index.ts';
import { CAMPAIGN_GAP_MS, cutDraft, sprayCampaigns, sprayFindings } from '../detect/index.ts';
import type { Judge, JudgeContext, Judgement } from './judge.ts';
import { SPRAY_BLOCK_MS, SPRAY_EVERY_MS, STREAM_REST_TIMES } from './limits.ts';

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
        judge: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
      {
        id: 'stream/brute-force',
        title: 'The password of one person is guessed at',
        judge: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
    ],
    everyMs: SPRAY_EVERY_MS,
    restTimes: STREAM_REST_TIMES,
    async judge({ touched, books }: JudgeContext): Promise<Judgement> {
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
      for (const { from, to } of covers) {
        for (let fromMs = from; fromMs < to; fromMs += SPRAY_BLOCK_MS) {
          const period = { fromMs, toMs: fromMs + SPRAY_BLOCK_MS };
          const onCut = (most: number): void => {
            drafts.push(cutDraft(SPRAY_TITLE, fromMs, most));
          };
          const learnFromMs = fromMs - SPRAY_BLOCK_MS;
          const campaigns = await sprayCampaigns(books, period, learnFromMs, onCut);
          drafts.push(...sprayFindings(campaigns));
        }
      }
      return { drafts, covers };
    },
  };
}
