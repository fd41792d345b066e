import { numberText, plural, type Reason } from '../core/index.ts';
import type { Change } from './changes.ts';
import { Detail } from './detail.ts';
import type { Doings, TaintedSignIn } from './doings.ts';
import type { Foothold } from './foothold.ts';
import { TOKEN_LIFE_MAX_MS } from './limits.ts';
import type { Lineage } from './lineage.ts';
import type { Opening } from './openings.ts';
import type { IncidentSource } from './source.ts';

export type SpecialInput = {
  readonly foothold: Foothold;
  readonly changes: readonly Change[];
  readonly lineage: Lineage;
  readonly doings: Doings;
  readonly source: IncidentSource;
  /** Tenants whose own log of the directory is here. */
  readonly connected: ReadonlySet<string>;
  readonly nowMs: number;
};

export type SpecialReading = {
  readonly openings: readonly Opening[];
  readonly because: readonly Reason[];
};

const NOTHING: SpecialReading = { openings: [], because: [] };
const SERVICE = 4;
/** Techniques by which somebody learns a password. */
const LEARNS_PASSWORD = /^T1(?:110|557|566|056|552|555)\b/;
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
      return { openings: sessions(input), because: [] };
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

/** The first sign-in of each person behind the last revocation that the intruders did not make. */
function sessions(input: SpecialInput): Opening[] {
  const byParty = Map.groupBy(
    input.doings.signIns.filter(({ row }) => row.event.actorType !== SERVICE),
    ({ row }) => row.event.actorUid ?? row.event.actorName ?? '',
  );
  return [...byParty.values()].map((own) => {
    const first = own[0] as TaintedSignIn;
    const last = own.at(-1) as TaintedSignIn;
    const closed = lastClosing(input, last);
    const text =
      `${plural(own.length, 'sign-in')} of ${whoOf(last)} since ${timeText(first)}, ` +
      `the last at ${timeText(last)}`;
    return { ...openingOf(last, text), closed };
  });
}

function tokens({ doings, nowMs }: SpecialInput): SpecialReading {
  const { last } = doings;
  if (last === undefined) return NOTHING;
  const endMs = last.event.timeMs + TOKEN_LIFE_MAX_MS;
  const when = new Date(endMs).toISOString();
  if (nowMs >= endMs) {
    const text = `the last token that is known of theirs ended by ${when} at the latest`;
    return { openings: [], because: [{ code: 'tokens-expired', text }] };
  }
  const taint = { sinceMs: 0, because: 'used a token', entries: [last.index], techniques: [] };
  const text = `a token that was used at ${isoOf(last.event.timeMs)} may live until ${when}`;
  const { index: entry, entries, tenant } = last;
  const opening = { entry, entries, tenant, atMs: last.event.timeMs, text };
  return { openings: [{ ...opening, by: taint, closed: undefined }], because: [] };
}

/** Known where they learned it, or made the account; else it may be. */
function passwords(input: SpecialInput): SpecialReading {
  const openings: Opening[] = [];
  const maybe: string[] = [];
  const people = input.doings.signIns.filter(({ row }) => row.event.actorType !== SERVICE);
  const byParty = Map.groupBy(people, ({ row }) => row.event.actorUid ?? row.event.actorName ?? '');
  for (const own of byParty.values()) {
    const last = own.at(-1) as TaintedSignIn;
    const isMade = /^add user/i.test(last.taint.because);
    const isLearned = last.taint.techniques.some((technique) => LEARNS_PASSWORD.test(technique));
    if (!isMade && !isLearned) {
      maybe.push(whoOf(last));
      continue;
    }
    const how = isMade ? 'they made the account' : last.taint.because;
    const text = `the password of ${whoOf(last)} counts as known: ${how}`;
    openings.push({ ...openingOf(last, text), closed: lastClosing(input, last) });
  }
  if (maybe.length === 0) return { openings, because: [] };
  const shown = maybe.slice(0, 5).join(', ');
  const text = `the passwords of ${shown}${maybe.length > 5 ? ' and others' : ''} may be known`;
  return { openings, because: [{ code: 'password-may-be-known', text }] };
}

async function byRecord(
  { doings, source }: SpecialInput,
  textOf: (detail: Detail) => string | undefined,
): Promise<SpecialReading> {
  const openings = new Map<string, Opening>();
  for (const signIn of doings.signIns) {
    const text = textOf(new Detail(await source.record(signIn.row.index)));
    if (text !== undefined) openings.set(`${whoOf(signIn)}\n${text}`, openingOf(signIn, text));
  }
  return { openings: [...openings.values()], because: [] };
}

function legacyText(detail: Detail): string | undefined {
  const client = detail.value('clientappused');
  const isLegacy = client !== undefined && LEGACY.test(client);
  return isLegacy ? `a sign-in by ${client}, which asks for no second factor` : undefined;
}

function partnerText(detail: Detail): string | undefined {
  const kind = detail.value('crosstenantaccesstype')?.toLowerCase();
  return kind === 'serviceprovider' ? 'a sign-in as a partner that administers' : undefined;
}

/** What such an application signs in with is decided in another tenant: that is never a "no". */
async function foreign(input: SpecialInput): Promise<SpecialReading> {
  const seen = new Set<string>();
  const because: Reason[] = [];
  for (const { row } of input.doings.signIns) {
    const { appUid, appName, actorType } = row.event;
    if (actorType !== SERVICE || appUid === null || seen.has(appUid)) continue;
    seen.add(appUid);
    const detail = new Detail(await input.source.record(row.index));
    const home = detail
      .value('appownertenantid', 'appownerorganizationid', 'hometenantid')
      ?.toLowerCase();
    if (home === undefined || home === '' || home === row.tenant) continue;
    const isHere = input.connected.has(home);
    const text =
      `the credentials of ${appName ?? appUid} are kept in its home tenant ${home}, ` +
      (isHere ? 'whose log is here and whose state was not read' : 'which is not connected');
    because.push({ code: isHere ? 'home-not-read' : 'home-not-connected', text });
  }
  return { openings: [], because };
}

function exposed({ doings }: SpecialInput): Opening[] {
  return doings.readings.map((reading) => {
    const { first, last, taint, items, place } = reading;
    const more = reading.isMore ? ', and more that was not recorded item by item' : '';
    const text =
      `at least ${numberText(items)} ${items === 1 ? 'item' : 'items'} of ${place} ` +
      `read from ${isoOf(first.event.timeMs)} to ${isoOf(last.event.timeMs)}${more}: ` +
      'secrets in them count as known';
    const { index: entry, tenant } = last;
    const entries = first.index === last.index ? last.entries : [first.index, last.index];
    return { entry, entries, tenant, atMs: last.event.timeMs, text, by: taint, closed: undefined };
  });
}

/** The last change that took it back, behind the last use, by somebody who is not tainted. */
function lastClosing(input: SpecialInput, { row, names }: TaintedSignIn): Opening['closed'] {
  const { foothold, changes, lineage } = input;
  const found = changes.findLast(
    (change) =>
      change.row.event.timeMs >= row.event.timeMs &&
      change.meanings.some(
        (meaning) =>
          meaning.effect === 'closes' &&
          meaning.foothold.number === foothold.number &&
          lineage.isSame(meaning.holder, names),
      ) &&
      lineage.of([...change.actor, ...change.channel], change.row.event.timeMs) === undefined,
  );
  return found === undefined ? undefined : { entry: found.row.index, atMs: found.row.event.timeMs };
}

function openingOf({ row, taint }: TaintedSignIn, text: string): Opening {
  const { index: entry, entries, tenant, event } = row;
  return { entry, entries, tenant, atMs: event.timeMs, text, by: taint, closed: undefined };
}

function whoOf({ row }: TaintedSignIn): string {
  const { actorName, appName, actorUid } = row.event;
  return actorName ?? appName ?? actorUid ?? 'somebody who is not named';
}

function timeText({ row }: TaintedSignIn): string {
  return isoOf(row.event.timeMs);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
