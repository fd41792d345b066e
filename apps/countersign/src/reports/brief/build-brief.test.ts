import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Watermark } from '@countersign/core';
import { draftOf } from '../../detection/testing/draft.ts';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import { FOOTHOLDS } from '../../eviction/footholds/foothold-list.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { Brief } from './brief.ts';
import { buildBrief } from './build-brief.ts';

const asOf: Watermark = { origin: 'countersign.local/a', size: 40, at: null };
const because = [{ code: 'lost', text: 'Exchange of 3 March is lost' }];
const YES: Answer = { kind: 'yes', asOf, evidence: [] };
const NO: Answer = { kind: 'no', asOf, because, evidence: [] };
const UNKNOWN: Answer = { kind: 'unknown', asOf, because, wouldDecide: [] };

type Parts = { readonly footholds: readonly Answer[]; readonly coverage?: Answer };

function briefOf({ footholds, coverage = YES }: Parts): Brief {
  const draft = draftOf();
  const finding: StoredFinding = {
    ...{ index: 30, uid: 'a', revision: 1, detector: 'reconcile', state: 'open', draft },
    ...{ because: null, revisions: [30], mark: undefined },
  };
  const eviction: EvictionReport = {
    footholds: FOOTHOLDS.slice(0, footholds.length).map((foothold, at) => ({
      ...{ foothold, answer: footholds[at] ?? YES, openings: [] },
    })),
    ...{ lineage: [], addresses: [], doubts: [], undoubted: 0, readings: [] },
  };
  return buildBrief({
    ...{ incident: undefined, fromMs: draft.firstMs, toMs: draft.lastMs, findings: [finding] },
    ...{ eviction, coverage: { answer: coverage, facts: [] }, blind: [], asOf },
    readable: (text) => text,
  });
}

function unknownsOf(brief: Brief): string {
  const texts = brief.sections.find(({ id }) => id === 'cannot-tell')?.unknown ?? [];
  return texts.map(({ text }) => text).join('\n');
}

test('the conclusion distinguishes out, not out and cannot tell', () => {
  assert.match(briefOf({ footholds: [YES, YES] }).conclusion, /^They are out: all 2 /);
  assert.match(
    briefOf({ footholds: [YES, NO, UNKNOWN] }).conclusion,
    /^They are not out: 1 foothold is open, and 1 is unknown/,
  );
  assert.match(briefOf({ footholds: [YES, NO] }).conclusion, /open, and none is unknown/);
  assert.match(
    briefOf({ footholds: [YES, UNKNOWN] }).conclusion,
    /^Cannot tell .* but 1 is unknown/,
  );
});

test('names lost data as well as unknown data', () => {
  const footholds = [YES];
  assert.match(unknownsOf(briefOf({ footholds, coverage: NO })), /Exchange of 3 March is lost/);
  assert.match(unknownsOf(briefOf({ footholds, coverage: UNKNOWN })), /Exchange of 3 March/);
  assert.equal(unknownsOf(briefOf({ footholds })), '');
});
