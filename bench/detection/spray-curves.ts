import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Campaign,
  findCampaigns,
} from '../../apps/countersign/src/detection/detectors/spray/password-spray.ts';
import { sprayFindings } from '../../apps/countersign/src/detection/detectors/spray/spray-findings.ts';
import { RowBuffer } from '../../apps/countersign/src/store/parquet/row-buffer.ts';
import { Store } from '../../apps/countersign/src/store/store.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import {
  type Company,
  type CompanyPlan,
  companyOf,
  type SharedTrait,
  type SprayPlan,
} from '../../tools/testing/sign-in-company.ts';
import type { BenchOptions } from '../harness.ts';

/** How many candidates a person reviews. */
const LOOKED_THROUGH = 20;
const ROWS_PER_POST = 100_000;

/** The base plan. Every point of the curves changes one parameter. */
const BASE_PLAN: Omit<SprayPlan, 'targets'> = {
  ...{ triesPerWeek: 1, overlap: 0.3, hits: 2, fresh: 1 },
};

/**
 * The base plan of the victim points: three attempts each within half an hour, from a few
 * addresses.
 */
const FAST_PLAN: Omit<SprayPlan, 'targets'> = {
  ...{ ...BASE_PLAN, triesPerWeek: 3, fresh: 0, burstMinutes: 30 },
};

/** The traits that the attacker shares with the victims. */
const SHARED: readonly (readonly SharedTrait[])[] = [
  ...[['client'], ['carrier'], ['address']],
  ...[
    ['carrier', 'client'],
    ['address', 'client'],
  ],
] as readonly (readonly SharedTrait[])[];

export const SPRAY_FORMS = {
  short: { people: 300, days: 28, seeds: 10 },
  long: { people: 10_000, days: 28, seeds: 10 },
} as const;

/** All points of the curves, each with the given number of seeds. */
export async function sprayCurves(
  { folder, log }: Pick<BenchOptions, 'folder' | 'log'>,
  of: {
    readonly seed: number;
    readonly seeds: number;
    readonly people: number;
    readonly days: number;
  },
): Promise<SprayPoint[]> {
  const base: SprayPlan = { ...BASE_PLAN, targets: targetsOf(of.people) };
  const slower = { ...base, triesPerWeek: 0.5 };
  const liker = { ...base, overlap: 0.6 };
  const fast: SprayPlan = { ...FAST_PLAN, targets: Math.round(of.people / 5) };
  const even: SprayPlan[] = [
    ...[base, slower],
    ...[3, 7].map((triesPerWeek) => ({ ...base, triesPerWeek })),
    ...[0, 0.5].map((fresh) => ({ ...base, fresh })),
    ...[{ ...base, overlap: 0 }, liker, { ...base, overlap: 1 }],
  ];
  const alike = [base, fast].flatMap((plan) => SHARED.map((shares) => ({ ...plan, shares })));
  const plans = [
    ...[...even, fast].map((plan) => ({ plan, life: 'even' as const })),
    ...[base, slower, liker, fast].map((plan) => ({ plan, life: 'restless' as const })),
    ...alike.flatMap((plan) => LIVES.map((life) => ({ plan, life }))),
  ];
  const seeds = Array.from({ length: of.seeds }, (_, at) => of.seed + at);
  const points: SprayPoint[] = [];
  for (const { plan, life } of plans) {
    const point = await sprayPoint(plan, { people: of.people, days: of.days, life, seeds }, folder);
    log(`spray ${life} ${JSON.stringify(plan)}: ${point.ranked} of ${point.hits} hits ranked`);
    points.push(point);
  }
  return points;
}

const LIVES = ['even', 'restless'] as const;

/** One person in fifty is attacked. */
function targetsOf(people: number): number {
  return Math.max(10, Math.round(people / 50));
}

export type SprayPoint = {
  readonly plan: SprayPlan;
  readonly life: Life;
  /** The hits among the first candidates that a person reviews. */
  readonly hits: number;
  readonly ranked: number;
  /** Seeds in which every hit was found. */
  readonly whole: number;
  readonly seeds: number;
  /** Guesses that were reported; and reported attempts that were guesses. */
  readonly guesses: number;
  readonly reported: number;
  readonly right: number;
  /** Hits with their own finding, and such findings without a hit. */
  readonly reportedHits: number;
  readonly falseReports: number;
};

type Life = NonNullable<CompanyPlan['life']>;

export type SprayCompanies = {
  readonly people: number;
  readonly days: number;
  readonly seeds: readonly number[];
  readonly life: Life;
};

type One = Pick<SprayPoint, 'ranked' | 'reported' | 'right' | 'reportedHits' | 'falseReports'>;

/** Sprays a company that only signs in, once per seed. */
async function sprayPoint(
  plan: SprayPlan,
  of: SprayCompanies,
  folder: string,
): Promise<SprayPoint> {
  const sums = { hits: 0, ranked: 0, whole: 0, guesses: 0, reported: 0, right: 0 };
  const findings = { reportedHits: 0, falseReports: 0 };
  for (const seed of of.seeds) {
    const random = new SeededRandom(seed);
    const company = companyOf({
      ...{ people: of.people, days: of.days, life: of.life, spray: plan },
      random: () => random.next(),
    });
    const one = await detectIn(company, folder);
    sums.hits += company.hits.size;
    sums.ranked += one.ranked;
    sums.whole += Number(one.ranked === company.hits.size);
    sums.guesses += company.guesses.size;
    sums.reported += one.reported;
    sums.right += one.right;
    findings.reportedHits += one.reportedHits;
    findings.falseReports += one.falseReports;
  }
  return { plan, life: of.life, ...sums, ...findings, seeds: of.seeds.length };
}

async function detectIn(company: Company, folder: string): Promise<One> {
  const dir = mkdtempSync(join(folder, 'spray-'));
  try {
    await post(dir, company);
    const reader = await StoreReader.open(dir);
    try {
      const { startMs, endMs } = company;
      const period = { fromMs: startMs, toMs: endMs + 1, learnFromMs: startMs };
      const { campaigns } = await findCampaigns(reader, period);
      const guesses = campaigns.flatMap((campaign) => campaign.guesses);
      const ranks = [...company.hits].map((hit) => placeOf(hit, campaigns));
      return {
        ...{ reported: guesses.length, ...reportsOf(company, campaigns) },
        ranked: ranks.filter((place) => place <= LOOKED_THROUGH).length,
        right: guesses.filter(({ index }) => company.guesses.has(index)).length,
      };
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Findings of hits, correct and wrong. */
function reportsOf(
  { hits }: Company,
  campaigns: readonly Campaign[],
): Pick<SprayPoint, 'reportedHits' | 'falseReports'> {
  const hitFindings = sprayFindings(campaigns).filter(({ rule }) => rule === 'stream/spray-hit');
  const right = hitFindings.filter(({ entries }) => entries.some((index) => hits.has(index)));
  const entries = new Set(right.flatMap((draft) => draft.entries));
  const reportedHits = [...hits].filter((index) => entries.has(index)).length;
  return { reportedHits, falseReports: hitFindings.length - right.length };
}

/** The best rank of a hit among the candidates of any campaign, from 1 on. */
function placeOf(hit: number, campaigns: readonly Campaign[]): number {
  const places = campaigns.map(({ candidates }) => candidates.findIndex((c) => c.index === hit));
  return Math.min(Infinity, ...places.filter((at) => at >= 0).map((at) => at + 1));
}

async function post(dir: string, { rows }: Company): Promise<void> {
  const store = await Store.open(dir);
  for (let at = 0; at < rows.length; at += ROWS_PER_POST) {
    const buffer = new RowBuffer();
    for (const row of rows.slice(at, at + ROWS_PER_POST)) buffer.add(row);
    await store.postRows(buffer);
  }
  store.commit(rows.length);
  store.close();
}
