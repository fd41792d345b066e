import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Books, BooksReader, RowBuffer } from '../../src/books/index.ts';
import { type Campaign, sprayLook } from '../../src/detect/index.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import {
  type Company,
  type CompanyPlan,
  companyOf,
  type SprayPlan,
} from '../../tools/testing/sign-in-company.ts';

/** How many candidates a person looks through. */
const LOOKED_THROUGH = 20;
const ROWS_PER_POST = 100_000;

/** What every point of the curves changes one number of. */
export const BASE_PLAN: Omit<SprayPlan, 'targets'> = {
  ...{ triesPerWeek: 1, overlap: 0.3, hits: 2, fresh: 1 },
};

/** One in fifty is guessed at. */
export function targetsOf(people: number): number {
  return Math.max(10, Math.round(people / 50));
}

export type SprayPoint = {
  readonly plan: SprayPlan;
  readonly life: Life;
  /** Of the hits, those among the first that a person looks through. */
  readonly hits: number;
  readonly ranked: number;
  /** Seeds in which all hits were. */
  readonly whole: number;
  readonly seeds: number;
  /** Of the intruders' guesses, those told as such; and of those told, the intruders'. */
  readonly guesses: number;
  readonly told: number;
  readonly right: number;
  /** What the longest look took. */
  readonly lookMs: number;
};

type Life = NonNullable<CompanyPlan['life']>;

export type Sprayed = {
  readonly people: number;
  readonly days: number;
  readonly seeds: readonly number[];
  readonly life: Life;
};

type One = { ranked: number; told: number; right: number; lookMs: number; ranks: number[] };

/** Sprays a company of sign-ins alone, once for each seed. */
export async function sprayPoint(
  plan: SprayPlan,
  of: Sprayed,
  folder: string,
  log?: (line: string) => void,
): Promise<SprayPoint> {
  const sums = { hits: 0, ranked: 0, whole: 0, guesses: 0, told: 0, right: 0, lookMs: 0 };
  for (const seed of of.seeds) {
    const random = new SeededRandom(seed);
    const company = companyOf({
      ...{ people: of.people, days: of.days, life: of.life, spray: plan },
      random: () => random.next(),
    });
    const one = await judged(company, folder);
    sums.hits += company.hits.size;
    sums.ranked += one.ranked;
    sums.whole += Number(one.ranked === company.hits.size);
    sums.guesses += company.guesses.size;
    sums.told += one.told;
    sums.right += one.right;
    sums.lookMs = Math.max(sums.lookMs, one.lookMs);
    log?.(`seed ${seed}: hits at places ${one.ranks.join(', ')}; ${company.rows.length} rows`);
  }
  return { plan, life: of.life, ...sums, seeds: of.seeds.length };
}

async function judged(company: Company, folder: string): Promise<One> {
  const dir = mkdtempSync(join(folder, 'spray-'));
  try {
    await post(dir, company);
    const reader = await BooksReader.open(dir);
    try {
      const { startMs, endMs } = company;
      const period = { fromMs: startMs, toMs: endMs + 1, learnFromMs: startMs };
      const began = performance.now();
      const { campaigns } = await sprayLook(reader, period);
      const lookMs = performance.now() - began;
      const guesses = campaigns.flatMap((campaign) => campaign.guesses);
      const ranks = [...company.hits].map((hit) => placeOf(hit, campaigns));
      return {
        ...{ lookMs, ranks, told: guesses.length },
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

/** The best place that a hit has among the candidates of any campaign, from 1 on. */
function placeOf(hit: number, campaigns: readonly Campaign[]): number {
  const places = campaigns.map(({ candidates }) => candidates.findIndex((c) => c.index === hit));
  return Math.min(Infinity, ...places.filter((at) => at >= 0).map((at) => at + 1));
}

async function post(dir: string, { rows }: Company): Promise<void> {
  const books = await Books.open(dir);
  for (let at = 0; at < rows.length; at += ROWS_PER_POST) {
    const buffer = new RowBuffer();
    for (const row of rows.slice(at, at + ROWS_PER_POST)) buffer.add(row);
    await books.postRows(buffer);
  }
  books.commit(rows.length);
  books.close();
}
