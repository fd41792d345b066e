import { activityKey, appNameOf, createMemo, isSignIn, RIGHT_PASSWORD } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { Change } from '../analysis/foothold-changes.ts';
import { actorOf, appName, keyName, sessionName } from '../analysis/party-names.ts';
import { FINDING_PRINCIPALS_MAX } from '../limits.ts';
import type { Name, PartyReference } from '../reversals/parties.ts';
import type { Seed, Taint } from './lineage.ts';

/** An address in a finding, with an act or only an attempt. */
export type AddressClue = {
  readonly ip: string;
  readonly taint: Taint;
  readonly kind: 'act' | 'attempt';
};

/** A password that was guessed while another factor blocked the sign-in. */
export type FoundPassword = { readonly row: EventRow; readonly taint: Taint };

/** What the findings attribute to the intruders. */
export type Clues = {
  readonly seeds: readonly Seed[];
  readonly addresses: readonly AddressClue[];
  readonly passwords: readonly FoundPassword[];
  /** Addresses of suspects' acts in the evidence of findings. */
  readonly acts: readonly { readonly actor: PartyReference; readonly ip: string | null }[];
};

/** Techniques that reveal a password. */
export const LEARNS_PASSWORD: RegExp = /^T1(?:110|557|566|056|552|555)\b/;

/** Campaigns name guessed accounts, and successes that may be other people's. */
const CAMPAIGNS: ReadonlySet<string> = new Set(['stream/password-spray', 'stream/brute-force']);

/** A consenting person may be a victim. The application is suspect, not the person. */
const CONSENTS: ReadonlySet<string> = new Set([
  ...['consent to application', 'add delegated permission grant', 'add oauth2permissiongrant'],
  'add app role assignment grant to user',
]);

const SYSTEM = 3;
const SERVICE = 4;

/** The result of an attempt. */
type Outcome = 'done' | 'right-password' | 'failed';

/**
 * Derives suspects from the records behind a finding, not from the names in it: some of those were
 * only guessed at, written to, or changed by others.
 */
export function cluesOf(
  findings: readonly StoredFinding[],
  rowsOf: (finding: StoredFinding) => readonly EventRow[],
  changes: readonly Change[],
): Clues {
  const byEntry = new Map(changes.map((change) => [change.row.index, change]));
  const memo = createMemo();
  const all: Clues[] = findings.map((finding) => {
    const rows = rowsOf(finding);
    if (rows.length === 0) return namedBy(finding);
    return new SeedReader(finding, rows).clues((row) => ({
      change: byEntry.get(row.index),
      isConsent: CONSENTS.has(activityKey(row.event.operation ?? '', memo)),
    }));
  });
  return {
    seeds: all.flatMap(({ seeds }) => seeds),
    addresses: all.flatMap(({ addresses }) => addresses),
    passwords: all.flatMap(({ passwords }) => passwords),
    acts: all.flatMap(({ acts }) => acts),
  };
}

type RowFacts = { readonly change: Change | undefined; readonly isConsent: boolean };

/** Reads one finding by its records. */
class SeedReader {
  readonly #finding: StoredFinding;
  readonly #rows: readonly EventRow[];

  constructor(finding: StoredFinding, rows: readonly EventRow[]) {
    this.#finding = finding;
    this.#rows = rows;
  }

  clues(factsOf: (row: EventRow) => RowFacts): Clues {
    const isCampaign = this.#isCampaign();
    const seeds: Seed[] = [];
    const addresses: AddressClue[] = [];
    const passwords: FoundPassword[] = [];
    const acts: Clues['acts'][number][] = [];
    for (const row of this.#rows) {
      const { change, isConsent } = factsOf(row);
      // A reversal does not make its actor a suspect, whatever the finding says.
      if (change?.isReversal === true) continue;
      const taint = this.#taintOf(row);
      const outcome = outcomeOf(row);
      const isVictim = isConsent && row.event.actorType !== SERVICE;
      const given = (change?.meanings ?? []).filter(
        ({ effect, control }) => effect === 'opens' && control === 'given',
      );
      if (outcome === 'done') for (const { holder } of given) seeds.push({ called: holder, taint });
      if (isVictim || isVendors(row)) continue;
      const kind = outcome === 'done' ? ('act' as const) : ('attempt' as const);
      // Successes in a campaign may be other people's, and so may their addresses.
      const isClue = !isCampaign || outcome === 'failed';
      if (row.event.ip !== null && isClue) addresses.push({ ip: row.event.ip, taint, kind });
      if (isCampaign || outcome === 'failed') continue;
      if (outcome === 'right-password') {
        passwords.push({ row, taint });
        continue;
      }
      const actor = actorOf(row);
      const ip = row.event.ip ?? change?.act.ip ?? null;
      acts.push({ actor, ip });
      // The recipient is suspect. An actor at a shared address may be an administrator at work.
      const unlessShared = given.length > 0 ? (ip ?? undefined) : undefined;
      seeds.push({ called: actor, taint, unlessShared });
      const { sessionUid } = row.event;
      if (sessionUid !== null) {
        const called = { ...actor, names: [sessionName(sessionUid)] };
        seeds.push({ called, taint, unlessShared });
      }
    }
    return { seeds, addresses, passwords, acts };
  }

  /** If a finding names many people, they are its victims. */
  #isCampaign(): boolean {
    if (CAMPAIGNS.has(this.#finding.draft.rule)) return true;
    const done = this.#rows.filter((row) => outcomeOf(row) === 'done');
    const who = new Set(done.map(({ event }) => event.actorUid ?? event.actorName));
    return who.size > FINDING_PRINCIPALS_MAX;
  }

  #taintOf(row: EventRow): Taint {
    return { ...taintBy(this.#finding), sinceMs: row.event.timeMs, entries: [row.index] };
  }
}

/** For a finding without records (erased, or based on others), its names count. */
function namedBy(finding: StoredFinding): Clues {
  const { draft } = finding;
  const { tenant, principals, sessions, apps, addresses, firstMs: atMs } = draft;
  const taint = taintBy(finding);
  const people = principals.filter((key) => !key.startsWith('system:'));
  const isCampaign = CAMPAIGNS.has(draft.rule);
  const isFew = people.length <= FINDING_PRINCIPALS_MAX;
  const named = isFew && !isCampaign ? people.map((key) => keyName(tenant, key)) : [];
  const own = apps.filter((app) => appNameOf(app.toLowerCase()) === null).map(appName);
  const names: Name[] = [...named, ...sessions.map(sessionName), ...own];
  return {
    seeds: names.map((name) => ({ called: { names: [name], tenant, atMs }, taint })),
    addresses: addresses.map((ip) => ({ ip, taint, kind: isCampaign ? 'attempt' : 'act' })),
    passwords: [],
    acts: [],
  };
}

function taintBy({ uid, draft }: StoredFinding): Taint {
  return {
    ...{ sinceMs: draft.firstMs, because: draft.title, entries: draft.entries },
    techniques: draft.techniques,
    origin: { kind: 'finding', uid, confidence: draft.confidence },
  };
}

export function outcomeOf({ event }: EventRow): Outcome {
  if (!isSignIn(event.classUid)) return event.statusId === 2 ? 'failed' : 'done';
  if (event.statusId === 1) return 'done';
  return RIGHT_PASSWORD.includes(event.statusCode ?? '') ? 'right-password' : 'failed';
}

/** The vendor's services act for everyone, also in a self-service password reset. */
function isVendors({ event }: EventRow): boolean {
  if (event.actorType === SYSTEM) return true;
  if (event.actorType === SERVICE) return appNameOf(event.appUid?.toLowerCase() ?? null) !== null;
  return event.actorName?.toLowerCase().endsWith('@support.onmicrosoft.com') === true;
}
