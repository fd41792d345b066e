import { type Clock, ManualClock, type Random, tenantId } from '@countersign/core';
import { LivingDemo } from './build-demo.ts';
import { type DemoFiles, demoFiles } from './company/demo-files.ts';
import { type DemoPlan, DOMAIN, FORGOTTEN_DOMAIN } from './company/demo-plan.ts';
import { startOf } from './company/start-company.ts';
import { DemoAnswers, type DemoLine } from './demo-answers.ts';
import { type DemoClock, openDemoClock } from './demo-clock.ts';
import { beginFolder, type DemoState, writeState } from './demo-folder.ts';
import { syncAll } from './unsynced-disk.ts';

/** With `--live`, an hour of the company takes a minute. */
const LIVE_SPEED = 60;

export type DemoWorld = {
  readonly dir: string;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly signal: AbortSignal;
};

/** A demonstration whose ledger can be asked and served. */
export type ReadyDemo = {
  readonly state: DemoState;
  readonly files: DemoFiles;
  /** The company, if this process built it. MUST be closed. */
  readonly living: LivingDemo | undefined;
  readonly clock: DemoClock;
  /** The company's present. */
  readonly now: () => number;
  /** Lets the company live on until the signal is aborted. Undefined: it stands still. */
  readonly live: ((signal: AbortSignal) => Promise<void>) | undefined;
};

/** Lets the company live. `lived` is called with the share of its time that has passed. */
export async function buildDemo(
  world: DemoWorld,
  plan: DemoPlan,
  lived: (share: number) => void,
): Promise<ReadyDemo> {
  const startMs = startOf(plan);
  const { people, days } = plan;
  let living: LivingDemo | undefined;
  const time = new CompanyTime(() => living?.emulator.clock.now() ?? startMs, world.stopwatch);
  const clock = await openDemoClock(time.now, time.speed);
  try {
    beginFolder(world.dir, { tenant: '', people, days, startMs, nowMs: startMs });
    living = await LivingDemo.open({
      ...{ ...world, plan, clockUrl: clock.url },
      lived: (untilMs) => lived((untilMs - startMs) / (plan.endMs - startMs)),
    });
    await living.live(plan.endMs);
    await living.closeLedger();
    await syncAll(world.dir);
  } catch (error) {
    await living?.close();
    await clock.close();
    throw error;
  }
  const tenant = living.emulator.tenants[0]?.tenantId ?? '';
  const nowMs = living.emulator.clock.now();
  const state: DemoState = { v: 1, state: 'ready', tenant, people, days, startMs, nowMs };
  writeState(world.dir, state);
  const { files } = living;
  const live = (signal: AbortSignal): Promise<void> => time.drive(living as LivingDemo, signal);
  time.run();
  return { state, files, living, clock, live, now: time.now };
}

/** Opens a finished demonstration. Its company stands still, and its clock continues. */
export async function openDemo(world: DemoWorld, state: DemoState): Promise<ReadyDemo> {
  const time = new CompanyTime(() => state.nowMs, world.stopwatch);
  time.run();
  const clock = await openDemoClock(time.now, time.speed);
  return {
    state,
    files: demoFiles(world.dir),
    living: undefined,
    clock,
    live: undefined,
    now: time.now,
  };
}

/** A later run continues at this present, because the time of a ledger never goes back. */
export async function closeDemo({ dir }: DemoWorld, ready: ReadyDemo): Promise<void> {
  const { living, clock, state, now } = ready;
  writeState(dir, { ...state, nowMs: Math.max(state.nowMs, Math.floor(now())) });
  await living?.close();
  await clock.close();
}

export function companyLine({ people, days }: Pick<DemoPlan, 'people' | 'days'>): DemoLine {
  const text = `${DOMAIN}: ${people} people, ${days} days; ${FORGOTTEN_DOMAIN} is forgotten`;
  return { label: 'Company', text };
}

/** What was verified, accounted and found, and what cannot be told. */
export async function* answerLines(world: DemoWorld, ready: ReadyDemo): AsyncGenerator<DemoLine> {
  const { state, files } = ready;
  const answers = new DemoAnswers({
    ...{ dataDir: world.dir, random: world.random, env: world.env, signal: world.signal },
    ...{ clock: new ManualClock(state.nowMs), tenant: tenantId(state.tenant) },
    ...{ startMs: state.startMs, evidenceFile: files.evidence },
  });
  try {
    yield* answers.lines();
  } finally {
    answers.close();
  }
}

/** Stands still while the company is simulated, and follows this machine from then on. */
class CompanyTime {
  readonly #base: () => number;
  readonly #stopwatch: Pick<Clock, 'monotonic'>;
  #sinceMs: number | undefined;
  #company: LivingDemo | undefined;

  constructor(base: () => number, stopwatch: Pick<Clock, 'monotonic'>) {
    this.#base = base;
    this.#stopwatch = stopwatch;
  }

  run(): void {
    this.#sinceMs = this.#stopwatch.monotonic();
  }

  /** The company follows at a higher speed from now on, and its own clock is the time. */
  async drive(company: LivingDemo, signal: AbortSignal): Promise<void> {
    const baseMs = this.now();
    const sinceMs = this.#stopwatch.monotonic();
    this.#company = company;
    const target = (): number => baseMs + (this.#stopwatch.monotonic() - sinceMs) * LIVE_SPEED;
    await company.follow(target, signal);
  }

  readonly now = (): number => {
    if (this.#company !== undefined) return this.#company.clock.now();
    const passedMs = this.#sinceMs === undefined ? 0 : this.#stopwatch.monotonic() - this.#sinceMs;
    return this.#base() + passedMs;
  };

  readonly speed = (): number => {
    if (this.#company !== undefined) return LIVE_SPEED;
    return this.#sinceMs === undefined ? 0 : 1;
  };
}
