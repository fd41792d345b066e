import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../../../../../tools/sample/random.ts';
import {
  type Company,
  type CompanyPlan,
  companyOf,
} from '../../../../../../tools/testing/sign-in-company.ts';
import { RowBuffer } from '../../../store/parquet/row-buffer.ts';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { Store } from '../../../store/store.ts';
import { StoreReader } from '../../../store/store-reader.ts';
import { type Campaign, findCampaigns, type SprayPeriod } from '../spray/password-spray.ts';

export async function campaignsOf(
  made: Company,
  rows: Company['rows'] = made.rows,
  { startMs, endMs }: Pick<Company, 'startMs' | 'endMs'> = made,
): Promise<readonly Campaign[]> {
  const period = { fromMs: startMs, toMs: endMs + 1, learnFromMs: made.startMs };
  return (await campaignSearch(rows, period)).campaigns;
}

export async function campaignSearch(
  rows: Company['rows'],
  period: SprayPeriod,
  sizes?: Parameters<typeof findCampaigns>[2],
): ReturnType<typeof findCampaigns> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-spray-'));
  try {
    const store = await Store.open(dir);
    const buffer = new RowBuffer();
    for (const row of rows) buffer.add(row);
    await store.postRows(buffer);
    store.commit(Math.max(...rows.map(({ index }) => index)) + 1);
    store.close();
    const reader = await StoreReader.open(dir);
    try {
      return await findCampaigns(reader, period, sizes);
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function company(seed: number, plan: Omit<CompanyPlan, 'random'>): Company {
  const random = new SeededRandom(seed);
  return companyOf({ ...plan, random: () => random.next() });
}

export function rulesOf(drafts: readonly FindingDraft[]): string[] {
  return [...new Set(drafts.map(({ rule }) => rule))].sort();
}

/** An additional sign-in of an employee; one factor suffices by default. */
export type SignInVisit = Partial<Company['rows'][number]['event']> & {
  readonly actorUid: string;
  readonly timeMs: number;
};

export const WRONG = { statusId: 2, statusCode: '50126' } as const;

export function rowsOf(made: Company, visits: readonly SignInVisit[]): Company['rows'] {
  return visits.map((visit, at) => {
    const index = made.rows.length + at;
    const row = made.rows.findLast(({ event }) => event.actorUid === visit.actorUid);
    assert.ok(row, `${visit.actorUid} is of the company`);
    const event = { ...row.event, statusId: 1, statusCode: '0', isMfa: 0, country: 'DE', ...visit };
    return { ...row, index, entries: [index], action: `=${index}`, event };
  });
}
