import { parseDirectoryItem, parseDirectoryMark } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger/reader';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { StoreReader } from '../../store/store-reader.ts';

type Json = Readonly<Record<string, unknown>>;

/** An item of a listing, and the entry that states it. */
export type ListedItem = { readonly item: Json; readonly entry: number };

/** The latest listing of each source, by `tenant source`. */
export type Listings = ReadonlyMap<string, ReadonlyMap<string, ListedItem>>;

const SOURCES: ReadonlySet<string> = new Set([
  'graph/delta.applications',
  'graph/delta.servicePrincipals',
  'graph/delta.oauth2PermissionGrants',
  'graph/list.appRoleAssignments',
  'graph/list.servicePrincipalOwners',
  'graph/list.applicationOwners',
]);

/** Reading more takes seconds. A tenant with so many changes needs an index of its directory. */
const DIRECTORY_ENTRIES_MAX = 200_000;

/**
 * The applications of the directory as collectors read them last. Undefined: there are more entries
 * than one question reads.
 */
export async function collectedApps(
  store: Pick<StoreReader, 'indicesOfKind'>,
  ledger: Pick<LedgerReader, 'entries' | 'size'>,
): Promise<Listings | undefined> {
  const indices = store.indicesOfKind('directory').filter((index) => index < ledger.size);
  if (indices.length > DIRECTORY_ENTRIES_MAX) return undefined;
  const listings = new Map<string, Map<string, ListedItem>>();
  const pages = new Map<string, ListedItem[]>();
  for await (const { index, body } of ledger.entries(indices)) {
    const value = body.kind === 'present' ? parseObject(body.bytes) : undefined;
    if (value === undefined) continue;
    const read = parseDirectoryItem(value as Json);
    const mark = read === undefined ? parseDirectoryMark(value as Json) : undefined;
    if (read !== undefined && SOURCES.has(read.source)) {
      const key = `${read.tenant} ${read.source}`;
      const page = pages.get(key) ?? [];
      page.push({ item: read.item, entry: index });
      pages.set(key, page);
    } else if (mark !== undefined && SOURCES.has(mark.source)) {
      const key = `${mark.tenant} ${mark.source}`;
      const isNew = mark.mode === 'snapshot' && mark.page === 1;
      const known = isNew ? undefined : listings.get(key);
      const listing = known ?? new Map<string, ListedItem>();
      listings.set(key, listing);
      for (const each of pages.get(key) ?? []) put(listing, each);
      pages.delete(key);
    }
  }
  return listings;
}

/** A later item states only the members that changed. */
function put(listing: Map<string, ListedItem>, { item, entry }: ListedItem): void {
  const id = typeof item['id'] === 'string' ? item['id'] : '';
  if ('@removed' in item) listing.delete(id);
  else listing.set(id, { item: { ...listing.get(id)?.item, ...item }, entry });
}
