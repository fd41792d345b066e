import type { Writer } from '../../pipeline/index.ts';
import type { Work } from '../work.ts';

/** What was made again. */
export type Rebuilt = {
  /** Entries of the ledger that the derived state stands on. */
  readonly entries: number;
};

export function rebuildWork(who: string): Work {
  return { command: 'rebuild', args: [], tenant: null, who, options: {} };
}

/** The opening for a rebuild has done the work. */
export async function performRebuild({ books }: Writer): Promise<Rebuilt> {
  return { entries: books.cursor };
}
