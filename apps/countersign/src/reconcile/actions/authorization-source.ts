import { no, unknown, yes } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import { PolicyInformationPoint } from '../../enforcement/decisions/policy-information-point.ts';
import { knownPasses } from '../../enforcement/passes/pass-ledger.ts';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { CheckOutcome } from '../../store/sqlite/check-table.ts';
import type { PassRow } from '../../store/sqlite/decision-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { ActionReconciler } from './action-reconciler.ts';
import type { ActionVerdict } from './action-totals.ts';
import { CAUSE_TEXTS, cureOf } from './action-verdict.ts';
import type {
  AuthorizationSource,
  AuthorizedPass,
  AuthorizedSignIn,
} from './authorization-status.ts';
import type { ActionReconciliation, ReconciledAction } from './reconciled-action.ts';

const DAY_MS = 86_400_000;
/** A few megabytes of text. */
const STATUSES_TOGETHER = 50_000;

/** The authorization data of a data folder: decisions, checks and the register. */
export async function authorizationsOf({
  store,
  ledger,
}: {
  readonly store: StoreReader;
  /** Without it the registered workload identities are unknown. */
  readonly ledger?: LedgerReader | undefined;
}): Promise<AuthorizationSource> {
  const { access } = store;
  return {
    isSilent: !access.isAnythingChecked,
    async *statuses(of) {
      const outcomes =
        'signIns' in of ? [access.checkOutcomesOf(of.signIns)] : access.checkOutcomes(of);
      yield* together(outcomes, statusOf);
    },
    async *passes(of) {
      if ('decisions' in of) {
        yield openedOf(access.passEntries(of));
        return;
      }
      // A decision is made near the time of its sign-in.
      const { fromMs = -Infinity, toMs = Infinity } = of;
      for (const day of access.passDays({ fromMs: fromMs - DAY_MS, toMs: toMs + DAY_MS })) {
        yield openedOf(day);
      }
    },
    registered: async () => {
      if (ledger === undefined) return new Map();
      return (await PolicyInformationPoint.open({ store, reader: ledger })).information.registered;
    },
  };
}

/** Joins hourly results into batches that fit the engine. */
function* together<T, R>(
  all: Iterable<readonly T[]>,
  made: (one: T) => R,
): Generator<readonly R[]> {
  let batch: R[] = [];
  for (const some of all) {
    for (const one of some) batch.push(made(one));
    if (batch.length < STATUSES_TOGETHER) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** A sign-in that the policy denies is unauthorized, whatever was decided. */
function statusOf({ entry, state, disagreements, decision }: CheckOutcome): AuthorizedSignIn {
  const said = state === 'unverified' ? 'unknown' : state;
  return { index: entry, status: disagreements > 0 ? 'failed' : said, decision };
}

/** As of the end of time, because a pass's bounds do not change when it expires. */
function openedOf(said: readonly PassRow[]): AuthorizedPass[] {
  const passes = knownPasses({ passEntries: () => said }, Number.POSITIVE_INFINITY);
  return passes.map(({ decision, openedMs, expiresMs, state, closedMs, constraints }) => {
    const { app, device, address } = constraints;
    return {
      ...{ decision, openedMs, expiresMs, endedMs: state === 'ended' ? closedMs : null },
      ...{ app: app?.toLowerCase() ?? null, device: device?.toLowerCase() ?? null, address },
    };
  });
}

/** For statements: the verdict on each action of one principal. */
export function reconciliationSources(of: {
  readonly store: StoreReader;
  readonly head: LedgerHead;
  readonly ledger: LedgerReader;
}): ActionReconciliation {
  const { store, head } = of;
  return async (rows) => {
    const authorizations = await authorizationsOf(of);
    await using reconciler = new ActionReconciler(store, {
      authorizations,
      coverage: store.coverage(),
    });
    const times = rows.map(({ event }) => event.timeMs);
    if (times.length === 0) return new Map();
    const period = {
      fromMs: times.reduce((a, b) => Math.min(a, b)),
      toMs: times.reduce((a, b) => Math.max(a, b)) + 1,
    };
    const found = await reconciler.of(
      rows.map(({ index }) => index),
      period,
    );
    return new Map([...found].map(([index, verdict]) => [index, reconciledOf(verdict, head)]));
  };
}

function reconciledOf(found: ActionVerdict, { origin, asOf }: LedgerHead): ReconciledAction {
  const { verdict, cause, index, signIn } = found;
  const evidence = [index, ...(signIn === null ? [] : [signIn])].map((i) => ({ origin, index: i }));
  const because = { code: cause, text: CAUSE_TEXTS[cause] };
  switch (verdict) {
    case 'accounted':
      return { verdict, authorization: yes(asOf, evidence) };
    case 'unaccounted':
      return { verdict, authorization: no(asOf, because, evidence) };
    case 'unknown':
      return { verdict, authorization: unknown(asOf, because, [{ what: cureOf(cause) ?? '' }]) };
  }
}
