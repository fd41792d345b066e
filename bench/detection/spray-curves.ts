import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Books, BooksReader, RowBuffer } from '../../src/books/index.ts';
import { sprayLooks } from '../../src/detect/index.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { type Company, companyOf, type SprayPlan } from '../../tools/testing/sign-in-company.ts';

/** How many candidates a person looks through. */
const LOOKED_THROUGH = 20;
const ROWS_PER_POST = 100_000;

export type SprayPoint = {
  readonly plan: SprayPlan;
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
};

/** Sprays a company of sign-ins alone, once for each seed. */
export async function sprayPoint(
  plan: SprayPlan,
  of: { readonly people: number; readonly days: number; readonly seeds: readonly number[] },
  folder: string,
): Promise<SprayPoint> {
  const sums = { hits: 0, ranked: 0, whole: 0, guesses: 0, told: 0, right: 0 };
  for (const seed of of.seeds) {
    const random = new SeededRandom(seed);
    const company = companyOf({
      ...{ people: of.people, days: of.days, spray: plan },
      random: () => random.next(),
    });
    const one = await judged(company, folder);
    sums.hits += company.hits.size;
    sums.ranked += one.ranked;
    sums.whole += Number(one.ranked === company.hits.size);
    sums.guesses += company.guesses.size;
    sums.told += one.told;
    sums.right += one.right;
  }
  return { plan, ...sums, seeds: of.seeds.length };
}

async function judged(
  company: Company,
  folder: string,
): Promise<{ ranked: number; told: number; right: number }> {
  const dir = mkdtempSync(join(folder, 'spray-'));
  try {
    await post(dir, company);
    const reader = await BooksReader.open(dir);
    try {
      const { startMs, endMs } = company;
      const period = { fromMs: startMs, toMs: endMs + 1, learnFromMs: startMs };
      const campaigns = (await sprayLooks(reader, [period])).flatMap((look) => look.campaigns);
      const shown = campaigns.flatMap(({ candidates }) => candidates.slice(0, LOOKED_THROUGH));
      const guesses = campaigns.flatMap((campaign) => campaign.guesses);
      return {
        ranked: new Set(shown.map(({ index }) => index).filter((at) => company.hits.has(at))).size,
        told: guesses.length,
        right: guesses.filter(({ index }) => company.guesses.has(index)).length,
      };
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
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
