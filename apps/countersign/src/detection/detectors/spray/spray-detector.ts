import { type Interval, interval, normalize } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import type { Detector, DetectorInput } from '../../runner/detector.ts';
import type { DetectorResult, UnfinishedWindow } from '../../runner/detector-result.ts';
import { STREAM_REST_TIMES } from '../../runner/limits.ts';
import { CAMPAIGN_GAP_MS, LIKELY_ROWS_MAX } from '../limits.ts';
import { cutDraft } from '../windows/window-detector.ts';
import { findCampaigns, type SprayPeriod } from './password-spray.ts';
import { sprayFindings } from './spray-findings.ts';

/**
 * Slow campaigns are found no later with this period, and the query takes seconds in a large
 * tenant.
 */
const SPRAY_EVERY_MS: number = 60 * 60_000;

const SPRAY_RULES = ['stream/password-spray', 'stream/spray-hit', 'stream/brute-force'] as const;
const SPRAY = { unit: SPRAY_RULES[0], title: 'Password spray on many accounts' };

/**
 * Finds password spraying in fixed calendar blocks. Each block learns from the block before it.
 *
 * The same records give the same campaigns at any time. A campaign is reported in the block in
 * which it ends.
 */
export function sprayDetector(): Detector {
  return {
    name: 'stream/spray',
    hears: 'events',
    profiles: [
      {
        id: SPRAY_RULES[0],
        ...SPRAY,
        detector: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
      {
        id: SPRAY_RULES[1],
        ...SPRAY,
        title: 'Password spray found the password of an account',
        detector: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
      {
        id: SPRAY_RULES[2],
        ...SPRAY,
        title: 'Many password guesses at one account',
        detector: 'stream/spray',
        logs: ['interactive', 'nonInteractive'],
      },
    ],
    everyMs: SPRAY_EVERY_MS,
    restTimes: STREAM_REST_TIMES,
    async *detect({ touched, store }: DetectorInput): AsyncGenerator<DetectorResult> {
      const covers = normalize(
        touched.map(({ from, to }) =>
          interval(
            // New records may extend a campaign that seemed to end in the block before.
            Math.floor((from - CAMPAIGN_GAP_MS) / SPRAY_BLOCK_MS) * SPRAY_BLOCK_MS,
            // New records make places familiar for the next block too.
            (Math.floor(to / SPRAY_BLOCK_MS) + 2) * SPRAY_BLOCK_MS,
          ),
        ),
      );
      const drafts: FindingDraft[] = [];
      const cutShort: UnfinishedWindow[] = [];
      for (const block of covers.flatMap(blocksOf)) {
        const { campaigns, isCut } = await findCampaigns(store, block);
        drafts.push(...sprayFindings(campaigns));
        if (!isCut) continue;
        const cut = sprayCut(block);
        drafts.push(cut.draft);
        cutShort.push(cut.windows);
      }
      yield { drafts, covers, cutShort };
    },
  };
}

/**
 * Reports that not every attempt of a block was scored.
 *
 * An intruder who makes a million attempts per minute must not hide a weekly one behind them, and
 * must not cause its finding to be withdrawn.
 */
export function sprayCut({ fromMs, toMs }: Pick<SprayPeriod, 'fromMs' | 'toMs'>): {
  readonly draft: FindingDraft;
  readonly windows: UnfinishedWindow;
} {
  const draft = cutDraft(SPRAY, { fromMs, toMs }, LIKELY_ROWS_MAX);
  return { draft, windows: { ...interval(fromMs, toMs), rules: SPRAY_RULES } };
}

function blocksOf({ from, to }: Interval): SprayPeriod[] {
  const blocks: SprayPeriod[] = [];
  for (let fromMs = from; fromMs < to; fromMs += SPRAY_BLOCK_MS) {
    blocks.push({ fromMs, toMs: fromMs + SPRAY_BLOCK_MS, learnFromMs: fromMs - SPRAY_BLOCK_MS });
  }
  return blocks;
}

/** Length of a block. Each block has the one before it to learn from. */
export const SPRAY_BLOCK_MS: number = 30 * 86_400_000;
