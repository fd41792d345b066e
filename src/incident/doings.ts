import type { EventRow } from '../books/index.ts';
import { activityKey, createMemo, isSignIn } from '../ocsf/index.ts';
import { SIGN_INS_READ_MAX } from './limits.ts';
import { type Act, actOf, type Lineage, type Taint } from './lineage.ts';
import { actorOf, type Name } from './names.ts';
import { outcomeOf } from './seeds.ts';
import type { IncidentSource, Period } from './source.ts';

/** One successful act that counts as the intruders'. */
export type TaintedAct = {
  readonly row: EventRow;
  readonly act: Act;
  readonly party: Name;
  readonly taint: Taint;
};

/** What one of them read through one session and address, by the mailbox or site that it lay in. */
export type Reading = {
  readonly place: string;
  readonly tenant: string;
  readonly act: Act;
  readonly party: Name;
  items: number;
  /** Contents of a synchronised folder, or of a mailbox whose recording stopped, are not known. */
  isMore: boolean;
  readonly first: EventRow;
  last: EventRow;
  readonly taint: Taint;
};

/** Everything that what is tainted did, told together. */
export type Doings = {
  /** The latest {@link SIGN_INS_READ_MAX}. */
  readonly signIns: readonly TaintedAct[];
  readonly readings: readonly Reading[];
  /** The last moment at which a token of theirs is known to have been issued or used, by whom. */
  readonly lasts: readonly TaintedAct[];
};

const READS: RegExp = new RegExp(
  `^(?:${[
    ...['mailitemsaccessed', 'messageread', 'attachmentaccess'],
    ...['fileaccessed', 'filedownloaded', 'filepreviewed', 'filesyncdownloaded'],
    'get .*/(?:messages|drive|drives|content|chats)',
  ].join('|')})`,
);

export async function doingsOf(
  source: IncidentSource,
  lineage: Lineage,
  period: Period,
): Promise<Doings> {
  const memo = createMemo();
  const signIns: TaintedAct[] = [];
  const readings = new Map<string, Reading>();
  const lasts = new Map<string, TaintedAct>();
  const parties = keysOf(lineage);
  if (parties.length === 0) return { signIns, readings: [], lasts: [] };
  for await (const row of source.doings(parties, period)) {
    if (outcomeOf(row) !== 'done') continue;
    const whole = actOf(row, actorOf(row));
    const by = lineage.behind(whole);
    if (by === undefined) continue;
    // Where the account itself is theirs, one line for all of its sessions and addresses is enough.
    const isItself = lineage.partyOf(whole.actor) === by.party;
    const act = isItself ? { actor: whole.actor, session: null, ip: null } : whole;
    const through = JSON.stringify([by.party, act.session, act.ip]);
    lasts.set(through, { row, act, ...by });
    if (isSignIn(row.event.classUid)) {
      signIns.push({ row, act, ...by });
      if (signIns.length > SIGN_INS_READ_MAX) signIns.shift();
    } else if (READS.test(activityKey(row.event.operation ?? '', memo))) {
      note(readings, through, row, { act, ...by });
    }
  }
  return { signIns, readings: [...readings.values()], lasts: [...lasts.values()] };
}

/** Those of the doings that count as theirs by a smaller lineage too. */
export function doingsWithin(doings: Doings, lineage: Lineage): Doings {
  const isTheirs = ({ act }: { readonly act: Act }): boolean => lineage.behind(act) !== undefined;
  return {
    signIns: doings.signIns.filter(isTheirs),
    readings: doings.readings.filter(isTheirs),
    lasts: doings.lasts.filter(isTheirs),
  };
}

/** Every name of what is tainted, as the columns of the books hold them. */
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
  readings: Map<string, Reading>,
  through: string,
  row: EventRow,
  by: Pick<Reading, 'act' | 'party' | 'taint'>,
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
