import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { detect, type Judged } from '../../test/support/detected.ts';
import { SCENARIOS } from '../../test/support/staged.ts';
import type { Tally } from './tally.ts';

const MEDIUM = 3;

export type ScenarioRun = {
  readonly name: string;
  /** Techniques of the attackers' records, and those that were found at medium or higher. */
  readonly used: readonly string[];
  readonly found: readonly string[];
};

const parent = (technique: string): string => technique.slice(0, 5);

/** Plays one scenario, lets everything look at it, and counts by detector. */
export async function runScenario(
  name: string,
  seed: number,
  folder: string,
  tally: Tally,
): Promise<ScenarioRun> {
  const staged = SCENARIOS[name];
  if (staged === undefined) throw new Error(`there is no scenario ${name}`);
  const { found: _, parameters = {}, ...options } = staged;
  const place = mkdtempSync(join(folder, `${name}-`));
  try {
    const { judged, played } = await detect(place, {
      ...options,
      seed,
      scenarios: [{ name, parameters }],
    });
    const used = [...new Set(played.attacks.values())].sort();
    const people = options.tenants.reduce((n, tenant) => n + (tenant.people ?? 0), 0);
    count(judged, used, people * options.days, tally);
    return { name, used, found: foundOf(judged, used) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function foundOf(judged: readonly Judged[], used: readonly string[]): string[] {
  const told = new Set(
    judged
      .filter(({ finding, about }) => finding.severity >= MEDIUM && about.length > 0)
      .flatMap(({ finding }) => finding.techniques.map(parent)),
  );
  return used.filter((technique) => told.has(parent(technique)));
}

export function count(
  judged: readonly Judged[],
  used: readonly string[],
  personDays: number,
  tally: Tally,
): void {
  tally.personDays += personDays;
  const techniques = new Set(used.map(parent));
  const rules = Map.groupBy(judged, ({ finding }) => tally.nameOf(finding));
  for (const [rule, own] of rules) {
    const row = tally.of(rule);
    for (const { finding } of own) {
      for (const technique of finding.techniques) row.techniques.add(parent(technique));
    }
    row.hits.push({ used: techniques, isFound: own.some(({ about }) => about.length > 0) });
    row.wrong += own.filter(({ finding, about }) => {
      return finding.severity >= MEDIUM && about.length === 0;
    }).length;
  }
  tally.runs.push(techniques);
}
