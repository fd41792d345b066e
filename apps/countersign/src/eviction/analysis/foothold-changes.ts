import { activityKey, createMemo } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import { EvictionError } from '../errors.ts';
import type { Foothold, Remainder, Trace } from '../footholds/foothold.ts';
import { RecordDetail } from '../footholds/record-detail.ts';
import { CHANGES_MAX } from '../limits.ts';
import { type Act, actOf, GIVES_CONTROL } from '../lineage/act.ts';
import type { Things } from '../reversals/objects.ts';
import type { PartyNames, PartyReference } from '../reversals/parties.ts';
import type { IncidentSource, Period } from './eviction-source.ts';
import { actorOf, holderOf } from './party-names.ts';

export type Effect = 'opens' | 'closes' | 'reopens';

/** One change and its meaning for one foothold. */
export type Meaning = {
  readonly foothold: Foothold;
  readonly effect: Effect;
  /** The new holder. */
  readonly holder: PartyReference;
  /** What the change gives, in words; undefined if the record does not say. */
  readonly what: string | undefined;
  /** The exact objects. Only a reversal of these takes it back. */
  readonly things: Things;
  /** Whether the actor controls the holder afterwards. */
  readonly control: 'given' | 'none';
  /** For an opening change: whether it restores something. Any actor counts. */
  readonly reinstates: boolean;
  readonly leaves: readonly Remainder[];
};

export type Change = {
  readonly row: EventRow;
  readonly act: Act;
  /** The change takes something back, by an operation that may also give it. */
  readonly isReversal: boolean;
  readonly meanings: readonly Meaning[];
};

/**
 * All changes in the period that open or close a foothold, in time order. Reads only records of
 * known operations.
 * @throws EvictionError TOO_MANY_CHANGES
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
    // A failed operation changed nothing.
    if (row.event.statusId === 2) continue;
    const detail = new RecordDetail(await source.record(row.index));
    const key = activityKey(row.event.operation ?? '', memo);
    const own = usesFor(uses, key);
    const meanings = own.flatMap((use) => meaningOf(use, row, detail));
    if (meanings.length === 0) continue;
    const isReversal = isReversalOf(own, meanings);
    changes.push({ row, act: actOf(row, actorOf(row)), meanings, isReversal });
  }
  return withAddresses(changes);
}

function isReversalOf(uses: readonly Use[], meanings: readonly Meaning[]): boolean {
  const couldOpen = uses.some(({ effect }) => effect === 'opens');
  return couldOpen && meanings.every(({ effect }) => effect === 'closes');
}

/** Two logs report one directory change, and only one states the address. */
function withAddresses(changes: readonly Change[]): Change[] {
  const keyOf = ({ row: { tenant, event } }: Change): string | undefined =>
    event.correlationUid === null
      ? undefined
      : `${tenant} ${event.correlationUid} ${event.actorUid ?? event.actorName}`;
  const addresses = new Map<string, string>();
  for (const change of changes) {
    const key = keyOf(change);
    if (key !== undefined && change.act.ip !== null) addresses.set(key, change.act.ip);
  }
  return changes.map((change) => {
    const ip = change.act.ip ?? addresses.get(keyOf(change) ?? '') ?? null;
    return ip === change.act.ip ? change : { ...change, act: { ...change.act, ip } };
  });
}

/** Learns which names belong to one party, from changes and sign-ins of applications. */
export function learnParties(
  parties: PartyNames,
  changes: readonly Change[],
  principals: readonly PartyReference[],
): void {
  const pairs = new ApplicationPairs();
  for (const called of principals) {
    parties.learn(called);
    pairs.learn(called, 'ServicePrincipal');
  }
  for (const { row, act, meanings } of changes) {
    parties.learn(act.actor);
    for (const { holder } of meanings) {
      parties.learn(holder);
      pairs.learn(holder, row.event.targetType ?? '');
    }
  }
  for (const called of pairs.list()) parties.learn(called);
}

type Pair = { readonly called: PartyReference; readonly kinds: Map<string, Set<string>> };

/**
 * Links an application with its service principal. Records do not always state the shared id. If a
 * tenant has one of each with the same display name, they belong together.
 */
class ApplicationPairs {
  readonly #ids = new Map<string, Pair>();

  learn(called: PartyReference, targetType: string): void {
    const kind = /^(?:application|serviceprincipal)$/i.exec(targetType)?.[0].toLowerCase();
    const label = called.names.find((name) => name.startsWith('label:'));
    const id = called.names.find((name) => name.startsWith('uid:'));
    if (kind === undefined || label === undefined || id === undefined) return;
    const known = this.#ids.get(label) ?? { called, kinds: new Map<string, Set<string>>() };
    this.#ids.set(label, known);
    known.kinds.set(kind, (known.kinds.get(kind) ?? new Set()).add(id));
  }

  list(): PartyReference[] {
    return [...this.#ids.values()].flatMap(({ called, kinds }) => {
      const [applications, principals] = [kinds.get('application'), kinds.get('serviceprincipal')];
      if (applications?.size !== 1 || principals?.size !== 1) return [];
      return [{ ...called, names: [...applications, ...principals] }];
    });
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
    for (const effect of ['opens', 'closes', 'reopens'] as const) {
      for (const trace of foothold[effect] ?? []) {
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

function meaningOf(use: Use, row: EventRow, detail: RecordDetail): Meaning[] {
  const { foothold, effect, trace } = use;
  if (trace.when?.(detail, row) === false) return [];
  const things = trace.things === undefined ? 'whole' : (trace.things(detail, row) ?? 'unstated');
  const isControl = GIVES_CONTROL.has(foothold.number) && trace.control !== 'none';
  return [
    {
      ...{ foothold, effect, things },
      holder: holderOf(row, detail, trace.holder),
      what: trace.what?.(detail),
      control: isControl ? 'given' : 'none',
      reinstates: effect === 'reopens' || trace.reinstates === true,
      leaves: trace.leaves ?? [],
    },
  ];
}

function tooMany(): EvictionError {
  return new EvictionError(
    'TOO_MANY_CHANGES',
    `could not read the changes: there are more than ${CHANGES_MAX} in the period; ` +
      'give a later --since, or one --tenant',
  );
}
