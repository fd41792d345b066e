import type { EventRow } from '../books/index.ts';
import { activityKey, createMemo, isSignIn } from '../ocsf/index.ts';
import { SIGN_INS_READ_MAX } from './limits.ts';
import type { Lineage, Taint } from './lineage.ts';
import { actorNames, channelNames, type Name } from './names.ts';
import type { IncidentSource, Period } from './source.ts';

/** One successful sign-in of somebody tainted. */
export type TaintedSignIn = {
  readonly row: EventRow;
  readonly names: readonly Name[];
  readonly taint: Taint;
};

/** What was read, by the mailbox or site that it lay in. */
export type Reading = {
  readonly place: string;
  readonly tenant: string;
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
  readonly signIns: readonly TaintedSignIn[];
  readonly readings: readonly Reading[];
  /** The last moment at which a token of theirs is known to have been issued or used. */
  readonly last: EventRow | undefined;
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
  const signIns: TaintedSignIn[] = [];
  const readings = new Map<string, Reading>();
  let last: EventRow | undefined;
  const parties = partiesAsAsked(lineage);
  if (parties.length === 0) return { signIns, readings: [], last };
  for await (const row of source.doings(parties, period)) {
    const { event } = row;
    if (event.statusId === 2) continue;
    const names = actorNames(row);
    const taint = lineage.of([...names, ...channelNames(row)], event.timeMs);
    if (taint === undefined) continue;
    last = row;
    if (isSignIn(event.classUid)) {
      signIns.push({ row, names, taint });
      if (signIns.length > SIGN_INS_READ_MAX) signIns.shift();
    } else if (READS.test(activityKey(event.operation ?? '', memo))) {
      note(readings, row, taint);
    }
  }
  return { signIns, readings: [...readings.values()], last };
}

/** As the columns of the books hold them. */
function partiesAsAsked(lineage: Lineage): string[] {
  const asked = new Set<string>();
  for (const { names } of lineage.list()) {
    for (const name of names) {
      const at = name.indexOf(':');
      const [kind, value] = [name.slice(0, at), name.slice(at + 1)];
      if (kind === 'uid' || kind === 'app' || kind === 'session') asked.add(value);
      if (kind === 'name') asked.add(`user:${value}`);
    }
  }
  return [...asked];
}

function note(readings: Map<string, Reading>, row: EventRow, taint: Taint): void {
  const { event, tenant } = row;
  const place = event.mailbox ?? event.site ?? event.targetName ?? event.workload ?? 'not stated';
  const key = `${tenant}\n${place}`;
  const isMore = event.accessType === 'Sync' || event.isThrottled;
  const known = readings.get(key);
  if (known === undefined) {
    const items = event.itemCount;
    readings.set(key, { place, tenant, items, isMore, first: row, last: row, taint });
    return;
  }
  known.items += event.itemCount;
  known.isMore ||= isMore;
  known.last = row;
}
