import { interval, normalize } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { Detector, DetectorInput } from '../runner/detector.ts';
import { streamProfiles } from '../runner/detector-profile.ts';
import type { DetectorResult, UnfinishedWindow } from '../runner/detector-result.ts';
import { STREAM_REST_TIMES } from '../runner/limits.ts';
import { STREAM_DETECTORS } from './detector-list.ts';
import { LOOKBACK_MS } from './limits.ts';
import {
  type DetectionWindow,
  runWindowDetector,
  type WindowDetector,
} from './windows/window-detector.ts';

const DAY_MS = 86_400_000;

/**
 * Runs window detectors over whole days.
 *
 * New records affect their own day and the days after it, within the look-back period. There is no
 * state between runs except the store, so a crash forgets nothing and late records count like any
 * others.
 */
export function streamDetector(detectors: readonly WindowDetector[] = STREAM_DETECTORS): Detector {
  return {
    name: 'stream',
    hears: 'events',
    profiles: streamProfiles(detectors, 'stream'),
    restTimes: STREAM_REST_TIMES,
    async *detect({ touched, ledger, isolation }: DetectorInput): AsyncGenerator<DetectorResult> {
      const covers = normalize(
        touched.map(({ from, to }) =>
          interval(
            Math.floor(from / DAY_MS) * DAY_MS,
            Math.ceil((to + LOOKBACK_MS) / DAY_MS) * DAY_MS,
          ),
        ),
      );
      const bodyOf = bodiesOf(ledger);
      for (const { from, to } of covers) {
        const drafts: FindingDraft[] = [];
        const cutShort: UnfinishedWindow[] = [];
        const period = { fromMs: from, toMs: to };
        for (const each of detectors) {
          const unit = { id: each.rules[0], title: each.title };
          const result = await isolation.attempt(unit, (store) =>
            runWindowDetector(each, { store, bodyOf, period }),
          );
          // Findings stay where a failed detector did not look.
          const short = result?.value.cutShort ?? [interval(from, to)];
          drafts.push(...(result?.value.drafts ?? []));
          cutShort.push(...short.map((days) => ({ ...days, rules: each.rules })));
        }
        yield { drafts, covers: [interval(from, to)], cutShort };
      }
    },
  };
}

function bodiesOf(ledger: LedgerReader): DetectionWindow['bodyOf'] {
  return async (index) => {
    if (index >= ledger.size) return undefined;
    const body = await ledger.body(index);
    return body.kind === 'erased' ? undefined : Buffer.from(body.bytes).toString('utf8');
  };
}
