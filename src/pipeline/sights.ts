import type { BooksReader, CoverageFact } from '../books/index.ts';
import { ANY } from '../books/index.ts';
import { type Asked, type Sight, sightOf, type Watcher } from '../detect/index.ts';

/** A rule or detector, and whether it can see what it looks for. */
export type WatcherSight = { readonly watcher: Watcher; readonly sight: Sight };

/**
 * What each rule and detector can see: of the tenants that are asked for, else of all that the
 * account knows of, those included that are owned and not connected.
 */
export function sightsOf(
  books: BooksReader,
  watchers: readonly Watcher[],
  { asked, tenants }: { readonly asked: Asked; readonly tenants?: readonly string[] | undefined },
): WatcherSight[] {
  const facts = books.coverage().map((fact) => homed(fact, books));
  const known = [...new Set(facts.map(({ tenant }) => tenant))].filter((one) => one !== ANY);
  const of = { facts, tenants: tenants === undefined ? known.sort() : tenants };
  // Hundreds of rules share a few sets of logs.
  const sights = new Map<string, Sight>();
  return watchers.map((watcher) => {
    const key = watcher.logs.join(' ');
    const sight = sights.get(key) ?? sightOf(watcher.logs, of, asked);
    sights.set(key, sight);
    return { watcher, sight };
  });
}

/** What states no tenant is the only tenant's, where there is one. */
function homed(fact: CoverageFact, books: BooksReader): CoverageFact {
  return fact.tenant === ANY ? fact : { ...fact, tenant: books.tenantOf(fact.tenant) };
}
