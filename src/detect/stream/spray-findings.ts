import { type FindingDraft, numberText, plural, type TenantId } from '../../core/index.ts';
import {
  BRUTE_FORCE_MIN,
  CANDIDATES_MAX,
  EVIDENCE_MAX,
  HIT_LIKELY,
  SPRAY_PEOPLE_MIN,
} from './limits.ts';
import type { Attempt, Campaign } from './spray.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What a campaign is to people: a spray with its likeliest hits, or a siege of one account. */
export function sprayFindings(campaigns: readonly Campaign[]): FindingDraft[] {
  const sprays = campaigns.filter(({ guesses }) => peopleOf(guesses) >= SPRAY_PEOPLE_MIN);
  return [
    ...sprays.map((campaign) => sprayOf(campaign, peopleOf(campaign.guesses))),
    ...likeliestOnce(sprays.flatMap(hitsOf)),
    ...campaigns.flatMap(siegesOf),
  ];
}

function peopleOf(guesses: readonly Attempt[]): number {
  return new Set(guesses.map(({ person }) => person)).size;
}

/** Between two campaigns lie successes that may be of either: each is told with the likelier. */
function likeliestOnce(hits: readonly FindingDraft[]): FindingDraft[] {
  const told = new Set<number>();
  const days = new Set<string>();
  return hits
    .toSorted((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0))
    .filter(({ tenant, group, windowMs, entries }) => {
      const day = JSON.stringify([tenant, group, windowMs]);
      if (days.has(day) || entries.every((index) => told.has(index))) return false;
      days.add(day);
      for (const index of entries) told.add(index);
      return true;
    });
}

function sprayOf(campaign: Campaign, people: number): FindingDraft {
  const { guesses, candidates } = campaign;
  const first = guesses[0] as Attempt;
  const last = guesses.at(-1) as Attempt;
  const days = Math.max(1, Math.round((last.atMs - first.atMs) / DAY_MS));
  const addresses = unique(guesses, ({ ip }) => ip);
  const ranked = candidates.slice(0, CANDIDATES_MAX);
  const likely = ranked.filter(({ probability }) => probability >= HIT_LIKELY);
  return {
    ...headOf(campaign, 'stream/password-spray', 'campaign', first, last),
    title: `Passwords of ${plural(people, 'person', 'people')} were guessed at`,
    message:
      `${plural(guesses.length, 'guess', 'guesses')} over ${plural(days, 'day')} from ` +
      `${plural(addresses.length, 'address', 'addresses')}, that do not look like the mistakes ` +
      `of the people themselves. ${rankedText(ranked)}`,
    next:
      'Look at the successes in the order in which they are ranked, reset the passwords of those ' +
      'that nobody can explain, and require a second factor of all who were guessed at.',
    severity: likely.length > 0 ? 4 : 3,
    techniques: ['T1110.003'],
    entries: [...ranked, ...guesses].slice(0, EVIDENCE_MAX).map(({ index }) => index),
    principals: unique(guesses, ({ actor }) => actor),
    sessions: [],
    apps: [],
    addresses,
    confidence: meanOf(guesses),
  };
}

function hitsOf(campaign: Campaign): FindingDraft[] {
  const { guesses, candidates } = campaign;
  const hits = candidates
    .slice(0, CANDIDATES_MAX)
    .filter(({ probability }) => probability >= HIT_LIKELY);
  return [...Map.groupBy(hits, ({ person }) => person).values()].map((own) => {
    const ordered = own.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
    const first = ordered[0] as Attempt;
    const last = ordered.at(-1) as Attempt;
    const best = Math.max(...own.map(({ probability }) => probability));
    const isIn = own.some(({ kind }) => kind === 'success');
    const who = first.name ?? first.actor ?? 'somebody';
    return {
      ...headOf(campaign, 'stream/spray-hit', first.person, first, last),
      title: isIn
        ? `The password of ${who} was probably guessed, and let somebody in`
        : `The password of ${who} was probably guessed`,
      message:
        `A sign-in that fits the ${plural(guesses.length, 'guess', 'guesses')} of a spray better ` +
        `than this person: probability ${best.toFixed(2)}.` +
        (isIn ? '' : ' Something else than the password kept them out.'),
      next: 'Ask the person; unless they explain it, reset the password and revoke the sessions.',
      severity: 4 as const,
      techniques: isIn ? ['T1078.004', 'T1110.003'] : ['T1110.003'],
      entries: ordered.map(({ index }) => index),
      principals: unique(own, ({ actor }) => actor),
      sessions: unique(own, ({ session }) => session),
      apps: [],
      addresses: unique(own, ({ ip }) => ip),
      confidence: best,
    };
  });
}

/** Many guesses at one account within an hour: somebody's enemy, and no forgetful person. */
function siegesOf(campaign: Campaign): FindingDraft[] {
  return [...Map.groupBy(campaign.guesses, ({ person }) => person).values()].flatMap((own) => {
    const start = own.findIndex((first, at) => {
      const end = own[at + BRUTE_FORCE_MIN - 1];
      return end !== undefined && end.atMs - first.atMs <= HOUR_MS;
    });
    if (start < 0) return [];
    const first = own[start] as Attempt;
    const last = own.at(-1) as Attempt;
    const who = first.name ?? first.actor ?? 'somebody';
    return [
      {
        ...headOf(campaign, 'stream/brute-force', first.person, first, last),
        title: `The password of ${who} was guessed at ${numberText(own.length)} times`,
        message: `${plural(own.length, 'guess', 'guesses')} at one account, from elsewhere.`,
        next: 'See whether one of them got in; warn the person, and block the addresses.',
        severity: 3 as const,
        techniques: ['T1110.001'],
        entries: own.slice(0, EVIDENCE_MAX).map(({ index }) => index),
        principals: unique(own, ({ actor }) => actor),
        sessions: [],
        apps: [],
        addresses: unique(own, ({ ip }) => ip),
        confidence: meanOf(own),
      },
    ];
  });
}

/**
 * The window lies where the campaign is told: a judge that looks at another time again must not
 * take back what it did not look for.
 */
function headOf(
  { tenant, sinceMs, guesses }: Campaign,
  rule: string,
  group: string,
  first: Attempt,
  last: Attempt,
): Pick<FindingDraft, 'rule' | 'version' | 'tenant' | 'group' | 'windowMs' | 'firstMs' | 'lastMs'> {
  const { atMs: endMs } = guesses.at(-1) as Attempt;
  const toldMs = Math.min(Math.max(last.atMs, sinceMs), endMs);
  const windowMs = Math.floor(toldMs / DAY_MS) * DAY_MS;
  const times = { windowMs, firstMs: first.atMs, lastMs: last.atMs };
  return { rule, version: 1, tenant: tenant as TenantId, group, ...times };
}

function rankedText(ranked: readonly Attempt[]): string {
  if (ranked.length === 0) return 'No success stands out.';
  const shown = ranked.slice(0, 5).map(({ name, actor, probability }) => {
    return `${name ?? actor ?? 'somebody'} ${probability.toFixed(2)}`;
  });
  return `Successes that may be theirs, likeliest first: ${shown.join(', ')}.`;
}

function unique(of: readonly Attempt[], read: (attempt: Attempt) => string | null): string[] {
  return [...new Set(of.flatMap((attempt) => read(attempt) ?? []))].sort();
}

function meanOf(attempts: readonly Attempt[]): number {
  const total = attempts.reduce((n, { probability }) => n + probability, 0);
  return Number((total / attempts.length).toFixed(3));
}
