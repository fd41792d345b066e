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

/** One company and what happens in it; others beside it know nothing of it. */
export type Telling = {
  /** Without one nobody attacks. */
  readonly scenario?: string;
  readonly parameters?: ScenarioParameters;
  readonly seed: string | number;
  /** Who is there; each of the scenario's tenants has as many. */
  readonly people: number;
  /** For how long they live their lives beside the attack. */
  readonly lifeDays: number;
  /** How much they do of what an office worker does: above 0, at most 1. */
  readonly diligence?: number;
  /** Feeds that are not written: what a company without them has. */
  readonly without?: readonly Feed[];
};

/** A deed that belongs to a scenario; undefined technique: it is not the attackers'. */
export type Attack = {
  readonly scenario: string;
  readonly technique: string | undefined;
  /** Which of the scenario's attacks, where it plays several. */
  readonly attack?: string | undefined;
};

export type ScenarioRecording = {
  readonly folder: string;
  /** The deed of a scenario that a record tells of, by its text in the files. */
  readonly attacks: ReadonlyMap<string, Attack>;
  /** What attackers have in the end by which they may stay. */
  readonly footholds: readonly Foothold[];
  /** What they had and somebody took away. */
  readonly closed: readonly ClosedFoothold[];
  /** What is theirs: what they made or took over, and what they acted from. */
  readonly intruders: readonly Intruder[];
  /** Of their first deed. */
  readonly attackMs: number;
  readonly records: number;
  readonly personDays: number;
  /** Names of what lies in the folder. */
  readonly files: ReadonlySet<string>;
  /** Of each company, those of its suppliers among them. */
  readonly tenants: readonly string[];
  readonly startMs: number;
  /** Of the last happening. */
  readonly endMs: number;
};

/**
 * Writes down what happens in companies as NDJSON, one file for each feed of each tenant: what the
 * emulator's services would hand out in the end, without their wire and their delays.
 */
export function tell(folder: string, tellings: readonly Telling[]): ScenarioRecording {
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
  for (const [at, telling] of tellings.entries()) {
    const files = new LineFiles(folder);
    const { happenings, ...played } = playOf(telling, at);
    footholds.push(...played.footholds);
    closed.push(...played.closed);
    intruders.push(...played.intruders);
    for (const happening of happenings) {
      records += write(happening, telling, files, attacks);
      endMs = Math.max(endMs, happening.atMs);
      if (happening.truth.isAttacker) attackMs = Math.min(attackMs, happening.atMs);
      tenants.add(happening.tenantId);
    }
    for (const name of files.close()) names.add(name);
    personDays += telling.people * telling.lifeDays;
  }
  const found = { files: names, tenants: [...tenants].sort(), startMs: START_MS, endMs };
  const truth = { attacks, footholds, closed, intruders, attackMs };
  return { folder, ...truth, records, personDays, ...found };
}

/**
 * The same of one company day by day, each in a folder of its own: a month of ten thousand people
 * as text is more than a disk holds. Whoever takes one MAY remove it before the next.
 */
export function* tellByDay(
  root: string,
  telling: Telling,
): Generator<{ readonly folder: string; readonly records: number }> {
  let [day, records] = [0, 0];
  let folder = join(root, `day-${day}`);
  mkdirSync(folder, { recursive: true });
  let files = new LineFiles(folder);
  for (const happening of playOf(telling, 0).happenings) {
    const next = Math.floor((happening.atMs - START_MS) / DAY_MS);
    if (next > day) {
      files.close();
      yield { folder, records };
      [day, records] = [next, 0];
      folder = join(root, `day-${day}`);
      mkdirSync(folder, { recursive: true });
      files = new LineFiles(folder);
    }
    records += write(happening, telling, files, new Map());
  }
  files.close();
  yield { folder, records };
}

type Play = Pick<ScenarioRecording, 'footholds' | 'closed' | 'intruders'> & {
  readonly happenings: Iterable<Occurrence>;
};

function playOf(telling: Telling, at: number): Play {
  const { seed, people, lifeDays, diligence = 1, scenario, parameters = {} } = telling;
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
  { without = [] }: Telling,
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

/** Text that waits to be written: a week of a thousand people is more than memory holds. */
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

  /** Their names. */
  close(): string[] {
    for (const { fd, lines } of this.#files.values()) {
      writeSync(fd, lines.join(''));
      closeSync(fd);
    }
    return [...this.#files.keys()];
  }
}
