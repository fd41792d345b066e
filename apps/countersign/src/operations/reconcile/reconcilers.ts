import type { ActionReconciler } from '../../reconcile/actions/action-reconciler.ts';
import type { DriftReconciler } from '../../reconcile/directory-drift/drift-reconciler.ts';
import type { PeriodMs } from '../definition/period.ts';
import type { Sources } from '../readers/readers.ts';

type Reconcilers = AsyncDisposable & {
  readonly actions: ActionReconciler;
  readonly drift: DriftReconciler;
};

/** Reconciles actions with sign-ins, and the directory with audit events. */
export async function openReconcilers(sources: Sources): Promise<Reconcilers> {
  const { authorizationsOf } = await import('../../reconcile/actions/authorization-source.ts');
  const { ActionReconciler } = await import('../../reconcile/actions/action-reconciler.ts');
  const { DriftReconciler } = await import('../../reconcile/directory-drift/drift-reconciler.ts');
  const { store, ledger } = sources;
  const coverage = store.coverage();
  const authorizations = await authorizationsOf(sources);
  const actions = new ActionReconciler(store, { authorizations, coverage });
  return {
    actions,
    drift: new DriftReconciler(store, ledger, coverage),
    [Symbol.asyncDispose]: async () => actions[Symbol.asyncDispose](),
  };
}

export type ReconciledPeriod = PeriodMs & { readonly tenant: string | undefined };

/** The period whose coverage the answer depends on. Default: that of all collectors. */
export function coveredPeriod(
  { store }: Sources,
  period: ReconciledPeriod,
): Partial<ReconciledPeriod> {
  const isGiven = period.fromMs !== undefined || period.toMs !== undefined;
  const { tenant } = period;
  return isGiven ? period : { ...store.collectedPeriod(tenant), tenant };
}
