import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { scenarioNames } from '@countersign/emulator';
import { IS_LONG, SEED, simulations } from '../../tools/property.ts';
import { askJson } from '../support/account.ts';
import {
  type AttributedFinding,
  type DetectionResult,
  detect,
} from '../support/detection/detect.ts';
import { SCENARIOS } from '../support/detection/scenario-setups.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('scenarios');
const MEDIUM = 3;
const CANNOT_TELL = [3] as const;
const SEEDS = simulations(1, 10);
/** Days of ordinary activity beside each attack, in the long form. */
const LIFE_DAYS = IS_LONG ? 5 : 0;

const parent = (technique: string): string => technique.slice(0, 5);

function shown({ finding, about }: AttributedFinding): string {
  const of = about.map(({ scenario }) => scenario);
  return `${finding.severity} ${finding.rule} ${finding.title} ${finding.techniques} | ${of}`;
}

function severeFindings({ findings }: DetectionResult): readonly AttributedFinding[] {
  return findings.filter(({ finding }) => finding.severity >= MEDIUM);
}

/** Each scenario in its own company, all in one ledger, independent of each other. */
async function detected(seed: number): Promise<DetectionResult> {
  const folder = join(root, String(seed));
  mkdirSync(folder);
  const plans = Object.entries(SCENARIOS).map(([scenario, all]) => {
    const { found: _, missed: __, ...staged } = all;
    return { ...staged, scenario, seed, lifeDays: Math.max(staged.lifeDays, LIFE_DAYS) };
  });
  return detect(folder, plans);
}

const runs: DetectionResult[] = [];
before(async () => {
  for (let seed = SEED; seed < SEED + SEEDS; seed++) runs.push(await detected(seed));
});

test('every scenario of the emulator is tested here, or elsewhere because of its length', () => {
  const elsewhere = ['quiet', 'slow-spray', 'two-attacks'];
  assert.deepEqual([...Object.keys(SCENARIOS), ...elsewhere].sort(), scenarioNames().sort());
});

for (const [scenario, { found, missed: stated = {} }] of Object.entries(SCENARIOS)) {
  test(`${scenario} is found by its end, with its techniques`, () => {
    for (const [at, run] of runs.entries()) {
      const hits = severeFindings(run).filter(({ about }) =>
        about.some(
          (activity) => activity.scenario === scenario && activity.technique !== undefined,
        ),
      );
      const detectedTechniques = new Set(
        hits.flatMap(({ finding }) => finding.techniques.map(parent)),
      );
      const why = `seed ${SEED + at}:\n${hits.map(shown).join('\n')}`;
      const missed = found.filter((technique) => !detectedTechniques.has(parent(technique)));
      assert.deepEqual(missed, [], why);
      // Every other technique with a trace is found too, or listed with a reason.
      const others = tracesOf(run, scenario).filter(
        (technique) => !detectedTechniques.has(parent(technique)),
      );
      assert.deepEqual(
        others.filter((technique) => stated[technique] === undefined),
        [],
        why,
      );
    }
  });
}

/** Techniques whose activity left a record. */
function tracesOf({ recording }: DetectionResult, scenario: string): string[] {
  const own = [...recording.attacks.values()].filter((step) => step.scenario === scenario);
  return [...new Set(own.flatMap(({ technique }) => technique ?? []))];
}

test('reconciliation alone finds mail that was read with forged tokens', () => {
  for (const run of runs) {
    const hits = severeFindings(run).filter(({ about }) =>
      about.some(({ scenario }) => scenario === 'forged-tokens'),
    );
    assert.deepEqual(
      [...new Set(hits.map(({ finding }) => finding.rule))],
      ['reconcile/no-sign-in'],
    );
  }
});

test('no finding is without an attack', () => {
  for (const run of runs) {
    const stray = severeFindings(run).filter(({ about }) => about.length === 0);
    assert.deepEqual(stray.map(shown), []);
  }
});

test('quiet days give no finding, and leave nothing unexplained', async () => {
  const folder = join(root, 'quiet');
  mkdirSync(folder);
  const [people, lifeDays] = IS_LONG ? [300, 14] : [40, 2];
  const run = await detect(folder, [{ seed: SEED, people, lifeDays }]);
  assert.ok(run.recording.records > 1_000);
  assert.deepEqual(severeFindings(run).map(shown), []);
  const { residual } = await askJson<{ residual: readonly unknown[] }>(
    run.data,
    ['reconcile'],
    CANNOT_TELL,
  );
  assert.deepEqual(residual, []);
});
