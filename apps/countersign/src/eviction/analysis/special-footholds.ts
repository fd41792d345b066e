import { numberText, plural, type Reason } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Foothold } from '../footholds/foothold.ts';
import { RecordDetail } from '../footholds/record-detail.ts';
import { TOKEN_LIFE_MAX_MS } from '../limits.ts';
import { actOf } from '../lineage/act.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { type FoundPassword, LEARNS_PASSWORD } from '../lineage/seeds.ts';
import type { FootholdChanges } from '../reversals/change-index.ts';
import type { Name, PartyReference } from '../reversals/parties.ts';
import type { FootholdOpening } from '../reversals/reversal-index.ts';
import { NOT_REVERSED, type Reversal, reversalOf } from '../reversals/reversals.ts';
import type { IncidentSource } from './eviction-source.ts';
import {
  type IntruderActivity,
  type ReadLocation,
  sureOf,
  type TaintedAct,
} from './intruder-activity.ts';
import type { Opening } from './open-footholds.ts';
import { actorOf } from './party-names.ts';

export type SpecialInput = {
  readonly foothold: Foothold;
  readonly changes: FootholdChanges;
  readonly lineage: Lineage;
  readonly activity: IntruderActivity;
  /** Passwords that were guessed while another factor blocked the sign-in. */
  readonly passwords: readonly FoundPassword[];
  readonly source: IncidentSource;
  /** Tenants whose own directory log is collected. */
  readonly connected: ReadonlySet<string>;
  readonly nowMs: number;
};

export type SpecialReading = {
  readonly openings: readonly Opening[];
  readonly because: readonly Reason[];
};

const NOTHING: SpecialReading = { openings: [], because: [] };
const SERVICE = 4;
const NAMES_SHOWN = 5;
const LEGACY: RegExp = new RegExp(
  [
    ...['imap', 'pop', 'smtp', 'activesync', 'mapi', 'exchange web services', 'autodiscover'],
    ...['other clients', 'outlook anywhere', 'offline address book', 'reporting web services'],
  ].join('|'),
  'i',
);

export async function readSpecial(input: SpecialInput): Promise<SpecialReading> {
  switch (input.foothold.special) {
    case 'sessions':
      return { openings: sessions(input), because: withoutSignIn(input) };
    case 'tokens':
      return tokens(input);
    case 'passwords':
      return passwords(input);
    case 'legacy':
      return byRecord(input, (detail) => legacyText(detail));
    case 'partner':
      return byRecord(input, (detail) => partnerText(detail));
    case 'foreign':
      return foreign(input);
    case 'exposed':
      return { openings: exposed(input), because: [] };
    default:
      return NOTHING;
  }
}

/** Each person's last sign-in by the intruders, and its reversal. */
function sessions(input: SpecialInput): Opening[] {
  return peopleIn(input.activity).map((found) => {
    const own = sureOf(found);
    const last = own.at(-1) as TaintedAct;
    const since = isoOf(inSinceMs(found));
    const signIns = `${plural(own.length, 'sign-in')}, the last at ${timeText(last)}`;
    const text = `access by the sessions of ${whoOf(last)} since ${since} (${signIns})`;
    return { ...openingOf(last, text), reversal: reversalOfUse(input, found) };
  });
}

/** Suspects with activity but without a sign-in: they had a session with an unknown start. */
function withoutSignIn({ activity, lineage }: SpecialInput): Reason[] {
  const partyOf = ({ act }: TaintedAct): Name | undefined => lineage.partyOf(act.actor);
  const signedIn = new Set(activity.signIns.map(partyOf));
  const others = activity.lasts.filter(
    (last) => last.row.event.actorType !== SERVICE && !signedIn.has(partyOf(last)),
  );
  if (others.length === 0) return [];
  const text = `${namesText(others)} acted, but none of their sign-ins is known`;
  return [{ code: 'sign-in-not-known', text }];
}

/**
 * Since when the intruders are in an account: the first sign-in. If none is certain, the time when
 * the account became suspect, because their actions needed a session.
 */
function inSinceMs(own: readonly TaintedAct[]): number {
  const { row, taint, isSure } = sureOf(own)[0] as TaintedAct;
  return isSure ? row.event.timeMs : taint.sinceMs;
}

function peopleIn({ signIns }: IntruderActivity): TaintedAct[][] {
  const people = signIns.filter(({ row }) => row.event.actorType !== SERVICE);
  const byWhom = Map.groupBy(people, ({ row }) => row.event.actorUid ?? row.event.actorName ?? '');
  return [...byWhom.values()];
}

function tokens({ activity, nowMs }: SpecialInput): SpecialReading {
  const last = activity.lasts.toSorted((a, b) => a.row.event.timeMs - b.row.event.timeMs).at(-1);
  if (last === undefined) return NOTHING;
  const { row, party, taint } = last;
  const endMs = row.event.timeMs + TOKEN_LIFE_MAX_MS;
  const when = new Date(endMs).toISOString();
  if (nowMs >= endMs) {
    const text = `their last known token ended by ${when} at the latest`;
    return { openings: [], because: [{ code: 'tokens-expired', text }] };
  }
  const text = `a token that was used at ${isoOf(row.event.timeMs)} may live until ${when}`;
  return { openings: [openingOf({ row, party, taint }, text)], because: [] };
}

/** Certain if the intruders learned the password or created the account; otherwise possible. */
function passwords(input: SpecialInput): SpecialReading {
  const openings: Opening[] = [];
  const maybe: TaintedAct[] = [];
  for (const own of peopleIn(input.activity)) {
    const last = own.at(-1) as TaintedAct;
    const taints = input.lineage.taintsOf(last.party);
    const made = taints.find(({ because }) => /^(?:add user|reset user password)/i.test(because));
    const learned = taints.find(({ techniques }) => learnsPassword(techniques));
    if (made === undefined && learned === undefined) {
      maybe.push(last);
      continue;
    }
    const how = made === undefined ? learned?.because : 'the intruders set it';
    const text = `the password of ${whoOf(last)} counts as known: ${how}`;
    openings.push({ ...openingOf(last, text), reversal: reversalOfUse(input, own) });
  }
  openings.push(...foundPasswords(input));
  if (maybe.length === 0) return { openings, because: [] };
  const text = `the passwords of ${namesText(maybe)} may be known`;
  return { openings, because: [{ code: 'password-may-be-known', text }] };
}

/** Accounts that the intruders did not enter, although they know the password. */
function foundPasswords(input: SpecialInput): Opening[] {
  const { lineage } = input;
  const found = input.passwords.filter(({ taint }) => learnsPassword(taint.techniques));
  const last = new Map(found.map((each) => [lineage.partyOf(actorOf(each.row)), each]));
  return [...last].flatMap(([party, { row, taint }]): Opening[] => {
    if (party === undefined || lineage.has(party)) return [];
    const text = `the password of ${whoOf({ row })} counts as known: ${taint.because}`;
    const opening = openingOf({ row, party, taint }, text);
    return [{ ...opening, reversal: reversalSince(input, row, actorOf(row)) }];
  });
}

function learnsPassword(techniques: readonly string[]): boolean {
  return techniques.some((technique) => LEARNS_PASSWORD.test(technique));
}

async function byRecord(
  { activity, source }: SpecialInput,
  textOf: (detail: RecordDetail) => string | undefined,
): Promise<SpecialReading> {
  const openings = new Map<string, Opening>();
  for (const signIn of activity.signIns) {
    const text = textOf(new RecordDetail(await source.record(signIn.row.index)));
    if (text !== undefined) openings.set(`${whoOf(signIn)}\n${text}`, openingOf(signIn, text));
  }
  return { openings: [...openings.values()], because: [] };
}

function legacyText(detail: RecordDetail): string | undefined {
  const client = detail.value('clientappused');
  const isLegacy = client !== undefined && LEGACY.test(client);
  return isLegacy ? `a sign-in by ${client}, which needs no second factor` : undefined;
}

function partnerText(detail: RecordDetail): string | undefined {
  const kind = detail.value('crosstenantaccesstype')?.toLowerCase();
  return kind === 'serviceprovider' ? 'a sign-in as an administering partner' : undefined;
}

/** Another tenant controls the credentials of such an application, so this is never a "no". */
async function foreign(input: SpecialInput): Promise<SpecialReading> {
  const seen = new Set<string>();
  const because: Reason[] = [];
  for (const { row } of input.activity.signIns) {
    const { appUid, appName, actorType } = row.event;
    if (actorType !== SERVICE || appUid === null || seen.has(appUid)) continue;
    seen.add(appUid);
    const detail = new RecordDetail(await input.source.record(row.index));
    const home = detail
      .value('appownertenantid', 'appownerorganizationid', 'hometenantid')
      ?.toLowerCase();
    if (home === undefined || home === '' || home === row.tenant) continue;
    const isHere = input.connected.has(home);
    const text =
      `the credentials of ${appName ?? appUid} are kept in its home tenant ${home}, ` +
      (isHere ? 'whose log is here but whose state was not read' : 'which is not connected');
    because.push({ code: isHere ? 'home-not-read' : 'home-not-connected', text });
  }
  return { openings: [], because };
}

function exposed({ activity }: SpecialInput): Opening[] {
  const byPlace = Map.groupBy(activity.readings, ({ tenant, place }) => `${tenant}\n${place}`);
  return [...byPlace.values()].map((all): Opening => {
    const { place, tenant, party, taint } = all[0] as ReadLocation;
    const first = all.map((each) => each.first).reduce((a, b) => (isLater(a, b) ? b : a));
    const last = all.map((each) => each.last).reduce((a, b) => (isLater(a, b) ? a : b));
    const items = all.reduce((count, each) => count + each.items, 0);
    const isMore = all.some((each) => each.isMore);
    const more = isMore ? ', and more that was not recorded item by item' : '';
    const text =
      `at least ${numberText(items)} ${items === 1 ? 'item' : 'items'} of ${place} ` +
      `read from ${isoOf(first.event.timeMs)} to ${isoOf(last.event.timeMs)}${more}: ` +
      'the secrets in them count as known';
    const entries = first.index === last.index ? last.entries : [first.index, last.index];
    const at = { entry: last.index, entries, tenant, atMs: last.event.timeMs };
    return { ...at, text, by: taint, party, mailbox: null, reversal: NOT_REVERSED };
  });
}

function isLater(one: EventRow, other: EventRow): boolean {
  return one.event.timeMs > other.event.timeMs;
}

/**
 * The reversal since the intruders entered an account.
 *
 * If their session is used afterwards, or they sign in again, it had no effect. A session that may
 * be the owner's only shows that not every session ended. A new one proves nothing.
 */
function reversalOfUse(input: SpecialInput, own: readonly TaintedAct[]): Reversal {
  const first = own[0] as TaintedAct;
  const opened = { ...first.row, event: { timeMs: inSinceMs(own) } };
  const reversal = reversalSince(input, opened, first.act.actor);
  if (reversal.kind !== 'closed') return reversal;
  const later = own.filter(({ row }) => row.event.timeMs > reversal.atMs);
  if (later.length === 0) return reversal;
  const sure = own.filter(({ isSure }) => isSure);
  const theirs = sessionsUntil(sure, reversal.atMs);
  const isTheirs = ({ row }: TaintedAct): boolean =>
    theirs.has(row.event.sessionUid ?? '') ||
    input.lineage.ofChannel(actOf(row, actorOf(row))) !== undefined;
  if (later.some(isTheirs)) return NOT_REVERSED;
  const known = sessionsUntil(own, reversal.atMs);
  const outlived = later.find(({ row }) => known.has(row.event.sessionUid ?? ''));
  if (outlived !== undefined) {
    const session = `the session ${outlived.row.event.sessionUid}`;
    const why = `${session} was used before and after that, so it may be the owner's`;
    return { kind: 'unsure', entry: reversal.entry, atMs: reversal.atMs, why };
  }
  const text = `${plural(later.length, 'later sign-in')} may be the owner's or the intruders'`;
  const doubt = { code: 'later-sign-ins', text, lastsMs: Number.POSITIVE_INFINITY };
  return { ...reversal, leaves: [...reversal.leaves, doubt] };
}

/** Sessions that were used up to a time. */
function sessionsUntil(acts: readonly TaintedAct[], untilMs: number): ReadonlySet<string> {
  const used = acts.filter(({ row }) => row.event.timeMs <= untilMs);
  return new Set(used.flatMap(({ row }) => row.event.sessionUid ?? []));
}

/** The reversal of an account's access since a time. */
function reversalSince(
  { foothold, changes, lineage }: SpecialInput,
  row: FootholdOpening['row'],
  holder: PartyReference,
): Reversal {
  return reversalOf({ foothold, row, holder, things: 'whole' }, changes.undoing, lineage);
}

function openingOf(
  { row, party, taint }: Pick<TaintedAct, 'row' | 'party' | 'taint'>,
  text: string,
): Opening {
  const { index: entry, entries, tenant, event } = row;
  const at = { entry, entries, tenant, atMs: event.timeMs };
  return { ...at, text, by: taint, party, mailbox: null, reversal: NOT_REVERSED };
}

/** The first few by name. */
function namesText(acts: readonly TaintedAct[]): string {
  const names = [...new Set(acts.map(whoOf))];
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and others` : shown;
}

function whoOf({ row }: Pick<TaintedAct, 'row'>): string {
  const { actorName, appName, actorUid } = row.event;
  return actorName ?? appName ?? actorUid ?? 'an unnamed account';
}

function timeText({ row }: TaintedAct): string {
  return isoOf(row.event.timeMs);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
