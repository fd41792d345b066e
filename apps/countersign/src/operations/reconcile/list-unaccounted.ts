import { z } from 'zod';
import type { ActionVerdict } from '../../reconcile/actions/action-totals.ts';
import type { DriftMatch } from '../../reconcile/directory-drift/drift-matcher.ts';
import type { ReadableIds } from '../../reports/findings/readable-ids.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { firstDoubt, listConclusion, reasonsOf } from '../definition/conclusion.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';
import { coveredPeriod, openReconcilers } from './reconcilers.ts';
import { driftItem, verdictItem } from './unaccounted-item.ts';

export type UnaccountedView = {
  readonly verdicts: readonly ActionVerdict[];
  readonly drift: readonly DriftMatch[];
  /** Looks up the names of the accounts and applications in `verdicts`. */
  readonly names: () => Promise<ReadableIds>;
};

const VERDICT = {
  tenant: z.string(),
  time: z.string(),
  who: z.string().nullable(),
  cause: z.string(),
  because: z.string(),
};

const ACTION = z.strictObject({
  index: z.int(),
  ...VERDICT,
  workload: z.string().nullable(),
  recordType: z.int().nullable(),
  operation: z.string().nullable(),
  app: z.string().nullable(),
  ip: z.string().nullable(),
  session: z.string().nullable(),
  token: z.string().nullable(),
  method: z.enum(['token', 'session', 'person', 'none']),
  signIn: z.int().nullable(),
  verdict: z.enum(['unaccounted', 'unknown']),
  cure: z.string(),
  bound: z.number().nullable(),
});

const DRIFT = z.strictObject({
  index: z.int().nullable(),
  entries: z.array(z.int()),
  ...VERDICT,
  since: z.string().nullable(),
  about: z.enum(['state', 'event']),
  kind: z.string(),
  way: z.enum(['in', 'out']),
  ids: z.array(z.string()),
  value: z.string(),
  verdict: z.enum(['unmatched', 'unknown']),
});

export const listUnaccounted: ListOperation<PeriodInput, object, UnaccountedView> = {
  name: 'reconcile list',
  summary: 'actions without an authorization, and differences between the directory and its events',
  description:
    'Lists each action that is unaccounted or unknown, with its cause. Then lists each ' +
    'permission of the directory without an event, and each event without an effect.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject(PERIOD_FIELDS),
  output: z.union([ACTION, DRIFT]),
  examples: [
    {
      summary: 'Which actions of one day have no authorization?',
      input: { from: '2026-03-04T00:00:00Z', to: '2026-03-05T00:00:00Z' },
      commandLine: 'reconcile --list --from 2026-03-04 --to 2026-03-05',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, notice }, input) {
    const sources = await readers.sources();
    const period = { ...periodOf(input), tenant };
    await using reconcilers = await openReconcilers(sources);
    const { verdicts, isCut } = await reconcilers.actions.list(period);
    const drift = await reconcilers.drift.list(period);
    const { store, head } = sources;
    const { answer } = store.coverageOf(coveredPeriod(sources, period), head);
    const shown = `there are more than these ${verdicts.length} actions`;
    const text = `${shown}: narrow with --from and --to`;
    const because = [...(isCut ? [{ code: 'cut', text }] : []), ...reasonsOf(answer)];
    const count = verdicts.length + drift.length;
    return wholeList({
      items: [...verdicts.map(verdictItem), ...drift.map(driftItem)],
      view: { verdicts, drift, names: () => namesOf(store, verdicts) },
      conclude: () => firstDoubt(indexConclusion(head), listConclusion({ count, because }, notice)),
    });
  },
};

async function namesOf(
  store: StoreReader,
  verdicts: readonly ActionVerdict[],
): Promise<ReadableIds> {
  const { readableIds } = await import('../../reports/findings/readable-ids.ts');
  return readableIds(
    store,
    verdicts.map(({ who }) => who ?? ''),
  );
}
