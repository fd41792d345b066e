import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Actor,
  type ClosedFoothold,
  type Feed,
  type Foothold,
  type Intruder,
  lifeOf,
  loadScenario,
  type Occurrence,
  Population,
  runScenario,
  type ScenarioParameters,
  together,
} from '@countersign/emulator';
import { PLAYED_FEEDS } from './play-scenario.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 2);

/** One company and its events, independent of other companies. */
export type ScenarioPlan = {
  /** Without a scenario there is no attack. */
  readonly scenario?: string;
  readonly parameters?: ScenarioParameters;
  readonly seed: string | number;
  /** The number of people in each of the scenario's tenants. */
  readonly people: number;
  /** The days of ordinary activity beside the attack. */
  readonly lifeDays: number;
  /** Share of an office worker's activity: above 0, at most 1. */
  readonly diligence?: number;
  /** Feeds that are not written, like in a company without them. */
  readonly without?: readonly Feed[];
};

/** An act of a scenario. Undefined technique: not an act of the attackers. */
export type Attack = {
  readonly scenario: string;
  readonly technique: string | undefined;
  /** The attack, if the scenario plays several. */
  readonly attack?: string | undefined;
};

export type ScenarioRecording = {
  readonly folder: string;
  /** The act of a scenario behind a record, by the record's text in the files. */
  readonly attacks: ReadonlyMap<string, Attack>;
  /** The attackers' remaining footholds at the end. */
  readonly footholds: readonly Foothold[];
  /** The attackers' removed footholds. */
  readonly closed: readonly ClosedFoothold[];
  /** The attackers' principals, objects and addresses. */
  readonly intruders: readonly Intruder[];
  /** The time of their first act. */
  readonly attackMs: number;
  readonly records: number;
  readonly personDays: number;
  /** Names of the files in the folder. */
  readonly files: ReadonlySet<string>;
  /** The tenants of each company, including those of its suppliers. */
  readonly tenants: readonly string[];
  readonly startMs: number;
  /** The time of the last event. */
  readonly endMs: number;
};

/**
 * Writes the events of companies as NDJSON, one file per feed and tenant: what the emulator's
 * services would finally deliver, without their protocol and delays.
 */
export function recordScenarios(folder: string, plans: readonly ScenarioPlan[]): ScenarioRecording {
  mkdirSync(folder, { recursive: true });
  const attacks = new Map<string, Attack>();
  const footholds: Foothold[] = [];
  const closed: ClosedFoothold[] = [];
  const intruders: Intruder[] = [];
  let attackMs = Number.POSITIVE_INFINITY;
  let records = 0;
  let personDays = 0;
  let endMs = START_MS;
  const tenants = new Set<string>();
  const names = new Set<string>();
  for (const [at, plan] of plans.entries()) {
    const files = new LineFiles(folder);
    const { happenings, ...played } = playOf(plan, at);
    footholds.push(...played.footholds);
    closed.push(...played.closed);
    intruders.push(...played.intruders);
    for (const happening of happenings) {
      records += write(happening, plan, files, attacks);
      endMs = Math.max(endMs, happening.atMs);
      if (happening.truth.isAttacker) attackMs = Math.min(attackMs, happening.atMs);
      tenants.add(happening.tenantId);
    }
    for (const name of files.close()) names.add(name);
    personDays += plan.people * plan.lifeDays;
  }
  const found = { files: names, tenants: [...tenants].sort(), startMs: START_MS, endMs };
  const truth = { attacks, footholds, closed, intruders, attackMs };
  return { folder, ...truth, records, personDays, ...found };
}

/**
 * The same for one company day by day, each in its own folder. A month of ten thousand people as
 * text exceeds a disk. The caller MAY remove each folder before the next.
 */
export function* recordScenariosByDay(
  root: string,
  plan: ScenarioPlan,
): Generator<{ readonly folder: string; readonly records: number }> {
  let [day, records] = [0, 0];
  let folder = join(root, `day-${day}`);
  mkdirSync(folder, { recursive: true });
  let files = new LineFiles(folder);
  for (const happening of playOf(plan, 0).happenings) {
    const next = Math.floor((happening.atMs - START_MS) / DAY_MS);
    if (next > day) {
      files.close();
      yield { folder, records };
      [day, records] = [next, 0];
      folder = join(root, `day-${day}`);
      mkdirSync(folder, { recursive: true });
      files = new LineFiles(folder);
    }
    records += write(happening, plan, files, new Map());
  }
  files.close();
  yield { folder, records };
}

type Play = Pick<ScenarioRecording, 'footholds' | 'closed' | 'intruders'> & {
  readonly happenings: Iterable<Occurrence>;
};

function playOf(plan: ScenarioPlan, at: number): Play {
  const { seed, people, lifeDays, diligence = 1, scenario, parameters = {} } = plan;
  const loaded = scenario === undefined ? undefined : loadScenario(scenario);
  const roles = loaded?.tenants ?? ['corp'];
  const populations = roles.map((role) => {
    const whose = `${seed} ${at} ${scenario ?? 'quiet'} ${role}`;
    return new Population({ seed: whose, size: people, diligence });
  });
  const endMs = START_MS + lifeDays * DAY_MS;
  const lives = lifeDays === 0 ? [] : populations.map((one) => until(lifeOf(one, seed), endMs));
  if (loaded === undefined) {
    const happenings = together(lives).happenings(START_MS, endMs);
    return { happenings, footholds: [], closed: [], intruders: [] };
  }
  const attack = runScenario(loaded, { populations, seed, fromMs: START_MS, parameters });
  const toMs = Math.max(endMs, attack.endMs + 1);
  const happenings = together([...lives, attack]).happenings(START_MS, toMs);
  const { footholds, closed, intruders } = attack;
  return { happenings, footholds, closed, intruders };
}

function until(actor: Actor, endMs: number): Actor {
  return {
    happenings: (fromMs, toMs) => actor.happenings(fromMs, Math.min(toMs, endMs)),
  };
}

function write(
  { tenantId, truth, records }: Occurrence,
  { without = [] }: ScenarioPlan,
  files: LineFiles,
  attacks: Map<string, Attack>,
): number {
  let count = 0;
  for (const { feed, body } of records) {
    if (!PLAYED_FEEDS.includes(feed) || without.includes(feed)) continue;
    const json = JSON.stringify(body);
    files.write(`${tenantId}-${feed.replace('/', '-')}.ndjson`, json);
    const { scenario, technique, isAttacker, attack } = truth;
    if (scenario !== 'life') {
      attacks.set(json, { scenario, technique: isAttacker ? technique : undefined, attack });
    }
    count++;
  }
  return count;
}

/** Buffered text: a week of a thousand people exceeds memory. */
const WAITING_MAX = 1 << 20;

class LineFiles {
  readonly #folder: string;
  readonly #files = new Map<string, { readonly fd: number; lines: string[]; length: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(name: string, line: string): void {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = { fd: openSync(join(this.#folder, name), 'w'), lines: [], length: 0 };
      this.#files.set(name, file);
    }
    file.lines.push(`${line}\n`);
    file.length += line.length;
    if (file.length < WAITING_MAX) return;
    writeSync(file.fd, file.lines.join(''));
    file.lines = [];
    file.length = 0;
  }

  /** Returns their names. */
  close(): string[] {
    for (const { fd, lines } of this.#files.values()) {
      writeSync(fd, lines.join(''));
      closeSync(fd);
    }
    return [...this.#files.keys()];
  }
}
