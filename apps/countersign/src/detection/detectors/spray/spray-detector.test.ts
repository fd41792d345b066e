import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundFinding } from '../../findings/bound-finding.ts';
import { endOfItself } from '../../findings/limitation-finding.ts';
import { CUT_OFF } from '../windows/window-detector.ts';
import type { Attempt } from './password-spray.ts';
import { SPRAY_BLOCK_MS, sprayCut, sprayDetector } from './spray-detector.ts';
import { sprayFindings } from './spray-findings.ts';

const fromMs = 700 * SPRAY_BLOCK_MS;
const BLOCK = { fromMs, toMs: fromMs + SPRAY_BLOCK_MS };

test('a block with more attempts than the limit is reported with its start and end', () => {
  const { draft } = sprayCut(BLOCK);
  assert.deepEqual([draft.rule, draft.windowMs, endOfItself(draft)], [CUT_OFF, fromMs, BLOCK.toMs]);
});

test('a flood is reported for each rule, and withdraws no finding', () => {
  const { draft, windows } = sprayCut(BLOCK);
  const { profiles } = sprayDetector();
  assert.deepEqual(
    profiles.map(({ id, unit = id }) => unit),
    profiles.map(() => draft.group),
  );
  assert.deepEqual([windows.from, windows.to], [BLOCK.fromMs, BLOCK.toMs]);
  assert.deepEqual([...windows.rules].sort(), profiles.map(({ id }) => id).sort());
});

test('a long campaign keeps the entry and the address of its hit', () => {
  const attempt = (index: number, kind: 'guess' | 'success'): Attempt => ({
    ...{ index, kind, atMs: fromMs + index * 1_000, person: `p${index}`, actor: `p${index}` },
    ...{ name: null, ip: `198.51.${index >> 8}.${index & 255}`, session: null, probability: 0.9 },
  });
  const guesses = Array.from({ length: 2_000 }, (_, index) => attempt(index, 'guess'));
  const hit = attempt(9_999, 'success');
  const [spray] = sprayFindings([{ tenant: 't', sinceMs: 0, guesses, candidates: [hit] }]);
  assert.ok(spray);
  const kept = boundFinding(spray);
  assert.ok(kept.entries.includes(hit.index));
  assert.ok(kept.addresses.includes(hit.ip));
});
