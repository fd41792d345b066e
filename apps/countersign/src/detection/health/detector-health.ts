import { plural } from '@countersign/core';
import { ANY, type CoverageFact } from '../../store/rows/entry-rows.ts';
import type { KeptFinding } from '../../store/sqlite/finding-table.ts';
import type { BooksReader } from '../../store/store-reader.ts';
import { CUT_OFF } from '../detectors/windows/window-detector.ts';
import { FAILED } from '../findings/failed.ts';
import { SUPPRESSED, statusOf } from '../findings/finding-status.ts';
import { endOfItself } from '../findings/limitation-finding.ts';
import { isThrottledOf, THROTTLED } from '../rules/throttled-rule.ts';
import { isFailureOf, type Watcher } from '../runner/detector-profile.ts';
import { type Asked, type Sight, sightOf } from './health-status.ts';

const DAY_MS = 86_400_000;

/** A rule or detector, and whether it can see what it looks for. */
export type WatcherSight = { readonly watcher: Watcher; readonly sight: Sight };

export type SightsAsked = {
  readonly asked: Asked;
  readonly tenants?: readonly string[] | undefined;
  /** At this time a person's word on a finding may be over. */
  readonly nowMs: number;
};

/**
 * What each rule and detector can see: of the tenants that are asked for, else of all that the
 * account knows of, those included that are owned and not connected. What was there and was not
 * looked at, since there was too much of it, is not seen either, until a person says that they are
 * done with it.
 */
export function sightsOf(
  books: BooksReader,
  watchers: readonly Watcher[],
  { asked, tenants, nowMs }: SightsAsked,
): WatcherSight[] {
  const facts = books.coverage().map((fact) => homed(fact, books));
  const known = [...new Set(facts.map(({ tenant }) => tenant))].filter((one) => one !== ANY);
  const of = { facts, tenants: tenants === undefined ? known.sort() : tenants };
  const passedOver = passedOverIn(books, asked, nowMs);
  const failed = books.findingsOfRule(FAILED);
  // Hundreds of rules share a few sets of logs.
  const sights = new Map<string, Sight>();
  return watchers.map((watcher) => {
    const key = watcher.logs.join(' ');
    const sight = sights.get(key) ?? sightOf(watcher.logs, of, asked);
    sights.set(key, sight);
    const failures = failed.filter(({ draft }) => isFailureOf(draft, watcher));
    if (failures.length > 0) return { watcher, sight: failedSight(sight, failures) };
    const own = passedOver.filter((finding) => isAbout(finding, watcher));
    return { watcher, sight: own.length === 0 ? sight : shortOf(sight, own) };
  });
}

/** Whatever it could see: that it is silent means nothing, of no period, until it is repaired. */
function failedSight({ untilMs, incomplete }: Sight, failures: readonly KeptFinding[]): Sight {
  const [first, ...more] = failures.toSorted((a, b) => a.draft.windowMs - b.draft.windowMs);
  const { draft } = first as KeptFinding;
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more failure')})`;
  const because = `${draft.title}${others}`;
  return { state: 'failed', sinceMs: draft.windowMs, untilMs, because, incomplete };
}

/** Findings of the watch about itself that speak of the period. Of now, nothing is passed over. */
function passedOverIn(books: BooksReader, asked: Asked, nowMs: number): readonly KeptFinding[] {
  if (asked.kind === 'now') return [];
  const { fromMs, toMs } = asked;
  const isWithin = ({ draft }: KeptFinding): boolean => {
    const endMs = endOfItself(draft) ?? (draft.rule === THROTTLED ? draft.windowMs + DAY_MS : toMs);
    return draft.windowMs < toMs && endMs > fromMs;
  };
  return [THROTTLED, CUT_OFF]
    .flatMap((rule) => books.findings({ rule }))
    .filter((finding) => isWithin(finding) && statusOf(finding, nowMs) < SUPPRESSED);
}

function isAbout({ draft }: KeptFinding, { id, title, cutTitle = title }: Watcher): boolean {
  return draft.rule === CUT_OFF ? draft.group === cutTitle : isThrottledOf(draft, id);
}

function shortOf(sight: Sight, passedOver: readonly KeptFinding[]): Sight {
  if (sight.state === 'blind') return sight;
  const sinceMs = Math.min(
    ...passedOver.map(({ draft: { windowMs } }) => windowMs),
    sight.sinceMs ?? Number.POSITIVE_INFINITY,
  );
  const [{ draft }] = passedOver as readonly [KeptFinding];
  const text = `it did not look at all: ${draft.title}`;
  const because = sight.because === null ? text : `${sight.because}; ${text}`;
  const untilMs = sight.untilMs === null ? null : Math.min(sight.untilMs, sinceMs);
  return { ...sight, state: 'partly', sinceMs, untilMs, because };
}

/** What states no tenant is the only tenant's, where there is one. */
function homed(fact: CoverageFact, books: BooksReader): CoverageFact {
  return fact.tenant === ANY ? fact : { ...fact, tenant: books.tenantOf(fact.tenant) };
}
