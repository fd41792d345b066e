import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerReader } from '@countersign/ledger';
import {
  ActionReconciler,
  type Reconciliation,
} from '../../apps/countersign/src/reconcile/actions/action-reconciler.ts';
import { authorizationsOf } from '../../apps/countersign/src/reconcile/actions/authorization-source.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import {
  type AttributedFinding,
  findingsIn,
  withDetectors,
} from '../../test/support/detection/detect.ts';
import { recordScenariosByDay } from '../../test/support/detection/scenario-recording.ts';

/** The target applies to a company of 10,000. The short form only shows whether it works. */
export const QUIET_FORMS = {
  short: { people: 60, days: 6, diligence: 1 },
  long: { people: 10_000, days: 30, diligence: 0.1 },
} as const;

const MEDIUM = 3;

export type QuietTime = {
  readonly people: number;
  readonly days: number;
  readonly personDays: number;
  readonly records: number;
  readonly findings: readonly AttributedFinding[];
  readonly reconciled: Reconciliation;
};

/** Simulates some days without an attack, and runs all detection over them. */
export async function quietTime(
  of: {
    readonly seed: number;
    readonly people: number;
    readonly days: number;
    readonly diligence: number;
  },
  folder: string,
  log: (line: string) => void,
): Promise<QuietTime> {
  const place = mkdtempSync(join(folder, 'quiet-'));
  try {
    const { people, days } = of;
    const data = join(place, 'data');
    const began = performance.now();
    let [records, day] = [0, 0];
    await withDetectors(data, async (read) => {
      for (const reported of recordScenariosByDay(join(place, 'told'), { ...of, lifeDays: days })) {
        await read(reported.folder);
        rmSync(reported.folder, { recursive: true, force: true });
        records += reported.records;
        log(`quiet: day ${++day} of ${days}, ${records} records, after ${seconds(began)} s`);
      }
    });
    const findings = await findingsIn(data, { attacks: new Map() });
    const reconciled = await reconciledIn(data);
    log(`quiet: reconciled after ${seconds(began)} s`);
    return { people, days, personDays: people * days, records, findings, reconciled };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** There was no attack: every finding of medium severity or higher is wrong. */
export function wrongIn({ findings }: Pick<QuietTime, 'findings'>): AttributedFinding[] {
  return findings.filter(({ finding }) => finding.severity >= MEDIUM);
}

/** Actions without an authorization, by any cause. */
export function unaccountedIn({ reconciled }: Pick<QuietTime, 'reconciled'>): number {
  return Object.values(reconciled.unaccounted).reduce((sum, count) => sum + count, 0);
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}

async function reconciledIn(data: string): Promise<Reconciliation> {
  const [store, ledger] = [await StoreReader.open(data), await LedgerReader.open(data)];
  try {
    const authorizations = await authorizationsOf({ store, ledger });
    const reconciler = new ActionReconciler(store, { authorizations, coverage: store.coverage() });
    return await reconciler.totals({});
  } finally {
    store.close();
    ledger.close();
  }
}
