import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AttributedFinding, detect } from '../../test/support/detection/detect.ts';
import type { ScenarioRecording } from '../../test/support/detection/scenario-recording.ts';
import { SCENARIOS } from '../../test/support/detection/scenario-setups.ts';
import type { Tally } from './tally.ts';

const MEDIUM = 3;

export type ScenarioRun = {
  readonly name: string;
  /** Techniques in the attackers' records, and those found at medium or higher. */
  readonly used: readonly string[];
  readonly found: readonly string[];
};

const parent = (technique: string): string => technique.slice(0, 5);

/** Plays every scenario once, each in its own company, and counts by detector. */
export async function runScenarios(
  seed: number,
  lifeDays: number,
  folder: string,
  tally: Tally,
): Promise<ScenarioRun[]> {
  const place = mkdtempSync(join(folder, 'scenarios-'));
  try {
    const plans = Object.entries(SCENARIOS).map(([scenario, all]) => {
      const { found: _, missed: __, ...staged } = all;
      return { ...staged, scenario, seed, lifeDays: Math.max(staged.lifeDays, lifeDays) };
    });
    const { findings, recording } = await detect(place, plans);
    const runs = Object.keys(SCENARIOS).map((name) => runOf(name, findings, recording));
    for (const { name, used } of runs) {
      const own = findings.filter(({ about }) => about.some(({ scenario }) => scenario === name));
      tally.count(own, used);
    }
    tally.countWrong(findings.filter(({ about }) => about.length === 0));
    tally.personDays += recording.personDays;
    return runs;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function runOf(
  name: string,
  findings: readonly AttributedFinding[],
  { attacks }: ScenarioRecording,
): ScenarioRun {
  const activities = [...attacks.values()].filter(({ scenario }) => scenario === name);
  const used = [...new Set(activities.flatMap(({ technique }) => technique ?? []))];
  const reported = new Set(
    findings
      .filter(({ finding, about }) => {
        return finding.severity >= MEDIUM && about.some(({ scenario }) => scenario === name);
      })
      .flatMap(({ finding }) => finding.techniques.map(parent)),
  );
  return { name, used, found: used.filter((technique) => reported.has(parent(technique))) };
}
