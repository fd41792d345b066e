import { activityKey, createMemo, isSignIn } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import { SIGN_INS_READ_MAX } from '../limits.ts';
import { type Act, actOf } from '../lineage/act.ts';
import type { Lineage, Suspicion, Taint } from '../lineage/lineage.ts';
import { outcomeOf } from '../lineage/seeds.ts';
import type { Name } from '../reversals/parties.ts';
import type { IncidentSource, Period } from './eviction-source.ts';
import { actorOf } from './party-names.ts';

/** One successful act attributed to the intruders. */
export type TaintedAct = {
  readonly row: EventRow;
  readonly act: Act;
  readonly party: Name;
  readonly taint: Taint;
  /** Certain if it used an intruder's session or address, or an account without another user. */
  readonly isSure: boolean;
};

/** What an intruder read through one session and address, by mailbox or site. */
export type ReadLocation = {
  readonly place: string;
  readonly tenant: string;
  readonly act: Act;
  readonly party: Name;
  readonly isSure: boolean;
  items: number;
  /** The amount is unknown for a synchronized folder or a throttled mailbox. */
  isMore: boolean;
  readonly first: EventRow;
  last: EventRow;
  readonly taint: Taint;
};

/** Everything that tainted parties did. */
export type IntruderActivity = {
  /** The latest {@link SIGN_INS_READ_MAX}. */
  readonly signIns: readonly TaintedAct[];
  readonly readings: readonly ReadLocation[];
  /** The latest known issue or use of a token, per channel. */
  readonly lasts: readonly TaintedAct[];
};

const READS: RegExp = new RegExp(
  `^(?:${[
    ...['mailitemsaccessed', 'messageread', 'attachmentaccess'],
    ...['fileaccessed', 'filedownloaded', 'filepreviewed', 'filesyncdownloaded'],
    'get .*/(?:messages|drive|drives|content|chats)',
  ].join('|')})`,
);

export async function activityOf(
  source: IncidentSource,
  lineage: Lineage,
  period: Period,
): Promise<IntruderActivity> {
  const memo = createMemo();
  const signIns: TaintedAct[] = [];
  const readings = new Map<string, ReadLocation>();
  const lasts = new Map<string, TaintedAct>();
  const parties = keysOf(lineage);
  if (parties.length === 0) return { signIns, readings: [], lasts: [] };
  for await (const row of source.activity(parties, period)) {
    if (outcomeOf(row) !== 'done') continue;
    const whole = actOf(row, actorOf(row));
    const isOfSignIn = isSignIn(row.event.classUid);
    const by = isOfSignIn ? lineage.behindSignIn(whole) : lineage.behind(whole);
    if (by === undefined) continue;
    const isSure = isSurely(lineage, whole, by);
    // If the account itself is the intruders', one row for all its channels is enough.
    const isItself = lineage.partyOf(whole.actor) === by.party;
    const act = isItself ? { actor: whole.actor, session: null, ip: null } : whole;
    const through = JSON.stringify([by.party, isSure, act.session, act.ip]);
    lasts.set(through, { row, act, isSure, ...by });
    if (isOfSignIn) {
      signIns.push({ row, act, isSure, ...by });
      if (signIns.length > SIGN_INS_READ_MAX) signIns.shift();
    } else if (READS.test(activityKey(row.event.operation ?? '', memo))) {
      note(readings, through, row, { act, isSure, ...by });
    }
  }
  return surest({ signIns, readings: [...readings.values()], lasts: [...lasts.values()] });
}

/** Intruders' own accounts and applications have no other user. */
function isSurely(lineage: Lineage, act: Act, { party }: Suspicion): boolean {
  if (lineage.ofChannel(act) !== undefined || lineage.partyOf(act.actor) !== party) return true;
  const isService = act.actor.names.some((name) => name.startsWith('app:'));
  return isService || lineage.taintsOf(party).some(({ origin }) => origin.kind !== 'finding');
}

/**
 * Keeps only certain activity. An account without any keeps all of it, because the owner's cannot
 * be told apart.
 */
function surest({ signIns, readings, lasts }: IntruderActivity): IntruderActivity {
  const sure = new Set([...signIns, ...readings].flatMap((one) => (one.isSure ? one.party : [])));
  const counts = (one: { readonly isSure: boolean; readonly party: Name }): boolean =>
    one.isSure || !sure.has(one.party);
  return { signIns, readings: readings.filter(counts), lasts: lasts.filter(counts) };
}

/** The certain ones, if there are any. */
export function sureOf<T extends { readonly isSure: boolean }>(all: readonly T[]): readonly T[] {
  const sure = all.filter(({ isSure }) => isSure);
  return sure.length > 0 ? sure : all;
}

/** The activity that a smaller lineage also attributes to the intruders. */
export function activityWithin(activity: IntruderActivity, lineage: Lineage): IntruderActivity {
  const isTheirs = ({ act }: { readonly act: Act }): boolean => lineage.behind(act) !== undefined;
  return {
    signIns: activity.signIns.filter(({ act }) => lineage.behindSignIn(act) !== undefined),
    readings: activity.readings.filter(isTheirs),
    lasts: activity.lasts.filter(isTheirs),
  };
}

/** Every name of tainted parties, in the form of the store's columns. */
export function keysOf(lineage: Lineage): string[] {
  const keys = new Set<string>();
  for (const { names } of lineage.list()) {
    for (const name of names) {
      const at = name.indexOf(':');
      const [kind, value] = [name.slice(0, at), name.slice(at + 1)];
      if (kind === 'uid' || kind === 'app' || kind === 'session') keys.add(value);
      if (kind === 'name') keys.add(`user:${value}`);
    }
  }
  return [...keys];
}

function note(
  readings: Map<string, ReadLocation>,
  through: string,
  row: EventRow,
  by: Pick<ReadLocation, 'act' | 'isSure' | 'party' | 'taint'>,
): void {
  const { event, tenant } = row;
  const place = event.mailbox ?? event.site ?? event.targetName ?? event.workload ?? 'not stated';
  const key = `${tenant}\n${place}\n${through}`;
  const isMore = event.accessType === 'Sync' || event.isThrottled;
  const known = readings.get(key);
  if (known === undefined) {
    const items = event.itemCount;
    readings.set(key, { place, tenant, items, isMore, first: row, last: row, ...by });
    return;
  }
  known.items += event.itemCount;
  known.isMore ||= isMore;
  known.last = row;
}
