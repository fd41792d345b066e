import type { EventRow } from '../books/index.ts';
import { activityKey, createMemo } from '../ocsf/index.ts';
import { Detail } from './detail.ts';
import { IncidentError } from './errors.ts';
import type { Foothold, Trace } from './foothold.ts';
import { CHANGES_MAX } from './limits.ts';
import { actorNames, channelNames, holderNames, type Name, type Parties } from './names.ts';
import type { IncidentSource, Period } from './source.ts';

export type Effect = 'opens' | 'closes';

/** One change, and what it means for one foothold. */
export type Meaning = {
  readonly foothold: Foothold;
  readonly effect: Effect;
  /** Whose it is then. */
  readonly holder: readonly Name[];
  /** What it gives, in words; undefined where the record does not say. */
  readonly what: string | undefined;
};

export type Change = {
  readonly row: EventRow;
  readonly actor: readonly Name[];
  readonly channel: readonly Name[];
  readonly meanings: readonly Meaning[];
};

/**
 * Every change of the period that opens or closes a foothold, in order of time. Records are read
 * only of operations that the list knows.
 * @throws IncidentError TOO_MANY_CHANGES
 */
export async function changesOf(
  source: IncidentSource,
  footholds: readonly Foothold[],
  period: Period,
): Promise<Change[]> {
  const memo = createMemo();
  const uses = usesOf(footholds);
  const known = await source.operations(period);
  const found = known.filter((each) => usesFor(uses, activityKey(each, memo)).length > 0);
  const changes: Change[] = [];
  for await (const row of source.changes(found, period)) {
    if (changes.length >= CHANGES_MAX) throw tooMany();
    // What failed changed nothing.
    if (row.event.statusId === 2) continue;
    const detail = new Detail(await source.record(row.index));
    const key = activityKey(row.event.operation ?? '', memo);
    const meanings = usesFor(uses, key).flatMap((use) => meaningOf(use, row, detail));
    if (meanings.length === 0) continue;
    changes.push({ row, actor: actorNames(row), channel: channelNames(row), meanings });
  }
  return changes;
}

/** Applications are called by several names in one record: from then on they are one party. */
export function learnParties(parties: Parties, changes: readonly Change[]): void {
  for (const { actor, meanings } of changes) {
    parties.same(actor);
    for (const { holder } of meanings) parties.same(holder);
  }
}

type Use = { readonly foothold: Foothold; readonly effect: Effect; readonly trace: Trace };

type Uses = {
  readonly exact: ReadonlyMap<string, readonly Use[]>;
  readonly beginning: readonly (readonly [prefix: string, use: Use])[];
};

function usesOf(footholds: readonly Foothold[]): Uses {
  const exact = new Map<string, Use[]>();
  const beginning: (readonly [string, Use])[] = [];
  for (const foothold of footholds) {
    for (const effect of ['opens', 'closes'] as const) {
      for (const trace of foothold[effect]) {
        for (const activity of trace.activities) {
          const use = { foothold, effect, trace };
          if (activity.endsWith('*')) beginning.push([activity.slice(0, -1), use]);
          else exact.set(activity, [...(exact.get(activity) ?? []), use]);
        }
      }
    }
  }
  return { exact, beginning };
}

function usesFor(uses: Uses, key: string): readonly Use[] {
  const begun = uses.beginning.filter(([prefix]) => key.startsWith(prefix)).map(([, use]) => use);
  return [...(uses.exact.get(key) ?? []), ...begun];
}

function meaningOf(use: Use, row: EventRow, detail: Detail): Meaning[] {
  const { foothold, effect, trace } = use;
  if (trace.when?.(detail) === false) return [];
  const what = trace.what?.(detail);
  return [{ foothold, effect, holder: holderNames(row, detail, trace.holder), what }];
}

function tooMany(): IncidentError {
  return new IncidentError(
    'TOO_MANY_CHANGES',
    `couldn't look at the changes: there are more than ${CHANGES_MAX} in the period; ` +
      'give a later --since, or one --tenant',
  );
}
