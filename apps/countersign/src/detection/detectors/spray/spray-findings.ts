import { numberText, plural, type TenantId } from '@countersign/core';
import type { FindingDraft, FindingSeverity } from '../../../store/rows/finding.ts';
import {
  ADDRESSES_MAX,
  BRUTE_FORCE_MIN,
  CANDIDATES_MAX,
  EVIDENCE_MAX,
  HIT_LIKELY,
  HIT_PROBABLE,
  SPRAY_BESIDE_BRUTE_FORCE_MIN,
  SPRAY_PEOPLE_MIN,
} from '../limits.ts';
import type { Attempt, Campaign } from './password-spray.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The findings of a campaign: a spray with its likeliest hits, or a brute-force attack. */
export function sprayFindings(campaigns: readonly Campaign[]): FindingDraft[] {
  const reported = campaigns.map((campaign) => {
    const attacks = bruteForceAttacks(campaign.guesses);
    const isSprayGuess = ({ person }: Attempt): boolean => !attacks.has(person);
    const spray = {
      ...campaign,
      guesses: campaign.guesses.filter(isSprayGuess),
      candidates: campaign.candidates.filter(isSprayGuess),
    };
    return { campaign, attacks, spray };
  });
  const sprays = reported
    .filter(({ spray, attacks }) => {
      const peopleMin = attacks.size === 0 ? SPRAY_PEOPLE_MIN : SPRAY_BESIDE_BRUTE_FORCE_MIN;
      return peopleCount(spray.guesses) >= peopleMin;
    })
    .map(({ spray }) => spray);
  return [
    ...sprays.map(sprayFinding),
    ...uniqueHits(sprays.flatMap(hitFindings)),
    ...reported.flatMap(({ campaign, attacks }) => {
      return [...attacks.values()].map((guesses) => bruteForceFinding(campaign, guesses));
    }),
  ];
}

function peopleCount(guesses: readonly Attempt[]): number {
  return new Set(guesses.map(({ person }) => person)).size;
}

/**
 * Accounts with repeated guesses within one hour, with all guesses from then on. If the campaign
 * attacks most of its accounts that way, it is a spray, not several brute-force attacks.
 */
function bruteForceAttacks(guesses: readonly Attempt[]): Map<string, readonly Attempt[]> {
  const people = Map.groupBy(guesses, ({ person }) => person);
  const attacks = new Map<string, readonly Attempt[]>();
  for (const [person, own] of people) {
    const start = own.findIndex((first, at) => {
      const end = own[at + BRUTE_FORCE_MIN - 1];
      return end !== undefined && end.atMs - first.atMs <= HOUR_MS;
    });
    if (start >= 0) attacks.set(person, own.slice(start));
  }
  const isSpray = attacks.size >= SPRAY_PEOPLE_MIN && attacks.size * 2 > people.size;
  return isSpray ? new Map() : attacks;
}

/** A success between two campaigns may belong to either. Report it with the likelier one. */
function uniqueHits(hits: readonly FindingDraft[]): FindingDraft[] {
  const cited = new Set<number>();
  const days = new Set<string>();
  return hits
    .toSorted((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0))
    .filter(({ tenant, group, windowMs, entries }) => {
      const day = JSON.stringify([tenant, group, windowMs]);
      if (days.has(day) || entries.every((index) => cited.has(index))) return false;
      days.add(day);
      for (const index of entries) cited.add(index);
      return true;
    });
}

/**
 * The finding of a spray. Its principals and sessions are only those that were probably hit. The
 * other people must not be treated as compromised.
 */
function sprayFinding(campaign: Campaign): FindingDraft {
  const { guesses, candidates } = campaign;
  const first = guesses[0] as Attempt;
  const last = guesses.at(-1) as Attempt;
  const people = plural(peopleCount(guesses), 'person', 'people');
  const ranked = candidates.slice(0, CANDIDATES_MAX);
  const hits = ranked.filter(isLikely);
  const attack = `${addressText(guesses)} tried passwords of ${people}`;
  return {
    ...commonFields(campaign, 'stream/password-spray', 'campaign', first, last),
    title: hits.length === 0 ? attack : `${attack}, and probably ${hitText(hits)}`,
    message:
      `${plural(guesses.length, 'guess', 'guesses')} over ` +
      `${lapseText(last.atMs - first.atMs)} from ` +
      `${plural(unique(guesses, ({ ip }) => ip).length, 'address', 'addresses')} are unlikely ` +
      `to be these people's own mistakes. The people are ${namesOf(guesses, 5)}. ` +
      `${rankedText(campaign, ranked)} ` +
      'Likely harmless when: your own security test did this, or a program has an old password.',
    next:
      'Check the ranked successes from the top. Reset the password and revoke the sessions of ' +
      'each person who does not confirm the sign-in. Require a second factor from everyone else.',
    severity: anyHitProbability(hits) >= HIT_PROBABLE ? 4 : 3,
    techniques: ['T1110.003'],
    ...evidenceFields(hits, [...ranked, ...guesses]),
    addresses: addressesOf([...hits, ...guesses]),
    confidence: meanProbability(guesses),
  };
}

function hitFindings(campaign: Campaign): FindingDraft[] {
  const { guesses, candidates } = campaign;
  const people = plural(peopleCount(guesses), 'person', 'people');
  const hits = candidates.slice(0, CANDIDATES_MAX).filter(isLikely);
  return [...Map.groupBy(hits, ({ person }) => person).values()].map((own) => {
    const ordered = own.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
    const first = ordered[0] as Attempt;
    const last = ordered.at(-1) as Attempt;
    const best = own.reduce((a, b) => (b.probability > a.probability ? b : a));
    const isIn = own.some(({ kind }) => kind === 'success');
    return {
      ...commonFields(campaign, 'stream/spray-hit', first.person, first, last),
      title: isIn
        ? `A password spray probably got in as ${nameOf(first)}`
        : `A password spray probably found the password of ${nameOf(first)}`,
      message:
        `This sign-in fits a spray on ${people} better than it fits ${nameOf(first)}: ` +
        `probability ${best.probability.toFixed(2)}${reasonsText(campaign, best)}. ` +
        (isIn ? '' : 'The password was right; another control refused the sign-in. ') +
        `Likely harmless when: ${nameOf(first)} confirms that they used ${best.ip} at that time.`,
      next:
        `Ask ${nameOf(first)} about this sign-in. If they do not confirm it, reset the password, ` +
        'revoke the sessions, and check what each session did.',
      severity: severityOf(best.probability),
      techniques: isIn ? ['T1078.004', 'T1110.003'] : ['T1110.003'],
      ...evidenceFields(ordered, ordered),
      addresses: addressesOf(own),
      confidence: best.probability,
    };
  });
}

/** The finding of a brute-force attack on one account, with the sign-ins that may be hits. */
function bruteForceFinding(campaign: Campaign, guesses: readonly Attempt[]): FindingDraft {
  const first = guesses[0] as Attempt;
  const last = guesses.at(-1) as Attempt;
  const own = campaign.candidates.filter(({ person }) => person === first.person);
  const hits = own.slice(0, CANDIDATES_MAX).filter(isLikely);
  const isIn = hits.some(({ kind }) => kind === 'success');
  const times = `${numberText(guesses.length)} times`;
  const attack = `${addressText(guesses)} tried the password of ${nameOf(first)} ${times}`;
  return {
    ...commonFields(campaign, 'stream/brute-force', first.person, first, last),
    title: hits.length === 0 ? attack : `${attack}, and probably ${isIn ? 'got in' : 'found it'}`,
    message:
      `${plural(guesses.length, 'guess', 'guesses')} at one account are unlikely to be ` +
      `this person's own mistakes. ${rankedText(campaign, own.slice(0, CANDIDATES_MAX))} ` +
      'Likely harmless when: a program of this person still has an old password.',
    next:
      `Ask ${nameOf(first)} about the ranked successes. If they do not confirm them, reset the ` +
      'password and revoke the sessions. Block the addresses.',
    severity: Math.max(3, severityOf(anyHitProbability(hits))) as FindingSeverity,
    techniques: isIn ? ['T1078.004', 'T1110.001'] : ['T1110.001'],
    ...evidenceFields([...hits, first], [...hits, ...guesses]),
    addresses: addressesOf([...hits, ...guesses]),
    confidence: meanProbability(guesses),
  };
}

function isLikely({ probability }: Attempt): boolean {
  return probability >= HIT_LIKELY;
}

function severityOf(probability: number): FindingSeverity {
  return probability >= HIT_PROBABLE ? 4 : 3;
}

/** The probability of at least one hit, using each person's likeliest success. */
function anyHitProbability(hits: readonly Attempt[]): number {
  const none = [...Map.groupBy(hits, ({ person }) => person).values()].reduce(
    (left, own) => left * (1 - Math.max(...own.map(({ probability }) => probability))),
    1,
  );
  return 1 - none;
}

/**
 * The evidence of a finding, up to the limit, with people and sessions that were probably hit.
 * They link findings about later actions to this one.
 */
function evidenceFields(
  hits: readonly Attempt[],
  all: readonly Attempt[],
): Pick<FindingDraft, 'entries' | 'principals' | 'sessions' | 'apps'> {
  return {
    entries: all.slice(0, EVIDENCE_MAX).map(({ index }) => index),
    principals: unique(hits, ({ actor }) => actor).sort(),
    sessions: unique(hits, ({ session }) => session).sort(),
    apps: [],
  };
}

/**
 * The window is the day on which the campaign is reported. A run over another period must not
 * withdraw findings outside that period.
 */
function commonFields(
  { tenant, sinceMs, guesses }: Campaign,
  rule: string,
  group: string,
  first: Attempt,
  last: Attempt,
): Pick<FindingDraft, 'rule' | 'version' | 'tenant' | 'group' | 'windowMs' | 'firstMs' | 'lastMs'> {
  const { atMs: endMs } = guesses.at(-1) as Attempt;
  const reportedMs = Math.min(Math.max(last.atMs, sinceMs), endMs);
  const windowMs = Math.floor(reportedMs / DAY_MS) * DAY_MS;
  const times = { windowMs, firstMs: first.atMs, lastMs: last.atMs };
  return { rule, version: 2, tenant: tenant as TenantId, group, ...times };
}

function nameOf({ name, actor }: Attempt): string {
  return name ?? actor ?? 'an account without a name';
}

function namesOf(of: readonly Attempt[], most: number): string {
  const names = unique(of, nameOf);
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${numberText(rest)} more`;
  const [last, ...others] = shown.toReversed();
  return others.length === 0 ? (last ?? '') : `${others.toReversed().join(', ')} and ${last}`;
}

/** Names the attacker by address, because no name is known. */
function addressText(guesses: readonly Attempt[]): string {
  const [only, ...others] = unique(guesses, ({ ip }) => ip);
  return others.length === 0 ? String(only) : `${numberText(others.length + 1)} addresses`;
}

function hitText(hits: readonly Attempt[]): string {
  const inside = hits.filter(({ kind }) => kind === 'success');
  return inside.length === 0
    ? `found the password of ${namesOf(hits, 3)}`
    : `got in as ${namesOf(inside, 3)}`;
}

function rankedText(campaign: Campaign, ranked: readonly Attempt[]): string {
  if (ranked.length === 0) return 'No success stands out.';
  const shown = ranked.slice(0, 5).map((one) => {
    return `${nameOf(one)} ${one.probability.toFixed(2)}${reasonsText(campaign, one)}`;
  });
  return `Successes that may be the intruder's, likeliest first: ${shown.join('; ')}.`;
}

/** Visible properties that a success shares with the guesses. */
function reasonsText({ guesses }: Campaign, { person, ip, atMs }: Attempt): string {
  const own = guesses.filter((guess) => guess.person === person && guess.atMs <= atMs);
  const fromAddress = guesses.filter((guess) => guess.ip === ip).length;
  const last = own.at(-1);
  const reasons = [
    ...(fromAddress > 0
      ? [`${plural(fromAddress, 'guess', 'guesses')} came from the same address`]
      : []),
    ...(last === undefined
      ? []
      : [
          `${plural(own.length, 'guess', 'guesses')} at this account before, ` +
            `the last ${lapseText(atMs - last.atMs)} earlier`,
        ]),
  ];
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', 60_000],
];

function lapseText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, length]) => ms >= length) ?? ['second', 1_000];
  return plural(Math.round(ms / unitMs), unit);
}

/** Addresses of the first attempts. Hits precede guesses, so their addresses are kept. */
function addressesOf(of: readonly Attempt[]): string[] {
  return unique(of, ({ ip }) => ip)
    .slice(0, ADDRESSES_MAX)
    .sort();
}

/** Distinct values in order of appearance. */
function unique(of: readonly Attempt[], read: (attempt: Attempt) => string | null): string[] {
  return [...new Set(of.flatMap((attempt) => read(attempt) ?? []))];
}

function meanProbability(attempts: readonly Attempt[]): number {
  const total = attempts.reduce((n, { probability }) => n + probability, 0);
  return Number((total / attempts.length).toFixed(3));
}
