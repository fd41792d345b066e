import {
  type DirectoryItem,
  type DirectoryMark,
  type DirectoryMode,
  msOfInstant,
} from '@countersign/core';
import { idOf, PRIVILEGE_SOURCES, type Privilege } from './privilege.ts';

type Item = DirectoryItem['item'];

/** A completed listing of a part of the directory. */
export type Listing = {
  /** It contains everything that existed before it began. */
  readonly beganMs: number;
  readonly atMs: number;
  /** Index of its mark. */
  readonly index: number;
};

/** A privilege that appeared or disappeared since the previous listing. */
export type PrivilegeChange = {
  readonly way: 'in' | 'out';
  /** It happened between the start of the previous listing and the end of this one. */
  readonly fromMs: number;
  readonly atMs: number;
  /** The entry that shows it. */
  readonly index: number;
  /** The first listing, or the first since an erasure affected the state. */
  readonly isBeginning: boolean;
};

export type Track = {
  readonly tenant: string;
  readonly source: string;
  readonly privilege: Privilege;
  readonly shifts: readonly PrivilegeChange[];
  readonly isThere: boolean;
};

type ListedItem = { readonly item: Item; readonly index: number };
type OwnTrack = Track & { readonly shifts: PrivilegeChange[]; isThere: boolean };

/**
 * Privilege changes in a tenant from listing to listing, from one source's entries in index order
 * (see `DirectoryMark`).
 */
export class PrivilegeHistory {
  readonly tenant: string;
  readonly source: string;
  readonly listings: Listing[] = [];
  readonly #tracks = new Map<string, OwnTrack>();
  #open: { at: string; mode: DirectoryMode; items: ListedItem[] } | undefined;
  #making: Map<string, ListedItem> | undefined;
  /** Undefined before the first complete listing, and after an erasure. */
  #whole: Map<string, ListedItem> | undefined;
  /** During an incomplete delta: its items before the change. */
  #before = new Map<string, ListedItem | undefined>();

  constructor(tenant: string, source: string) {
    this.tenant = tenant;
    this.source = source;
  }

  get tracks(): Iterable<Track> {
    return this.#tracks.values();
  }

  /** The state cannot be reconstructed, so the next listing is a beginning. */
  erased(): void {
    this.#open = undefined;
    this.#making = undefined;
    this.#whole = undefined;
    this.#before.clear();
  }

  item({ at, mode, item }: DirectoryItem, index: number): void {
    const open = this.#open;
    const held = { item: kept(item, PRIVILEGE_SOURCES.get(this.source)?.members ?? []), index };
    if (open?.at === at && open.mode === mode) open.items.push(held);
    else this.#open = { at, mode, items: [held] };
  }

  mark(mark: DirectoryMark, index: number): void {
    const open = this.#open;
    this.#open = undefined;
    // Items without a mark are from a page that a crash interrupted, and will come again.
    const items = open?.at === mark.at && open.mode === mark.mode ? open.items : [];
    if (mark.mode === 'snapshot') this.#snapshot(mark, index, items);
    else this.#delta(mark, index, items);
  }

  #snapshot(mark: DirectoryMark, index: number, items: readonly ListedItem[]): void {
    if (mark.page === 1) this.#making = new Map();
    const making = this.#making;
    if (making === undefined) return;
    for (const held of items) lay(making, held);
    if (!mark.isLast) return;
    this.#making = undefined;
    this.#before.clear();
    const isBeginning = this.#whole === undefined;
    this.#whole = making;
    const had = [...this.#tracks.values()].filter(({ isThere }) => isThere);
    const now = this.#privileges([...making]);
    this.#commit(had, now, { ...timesOf(mark, index), isBeginning });
  }

  #delta(mark: DirectoryMark, index: number, items: readonly ListedItem[]): void {
    const whole = this.#whole;
    if (whole === undefined) return;
    for (const held of items) {
      const id = idOf(held.item['id']) ?? '';
      if (!this.#before.has(id)) this.#before.set(id, whole.get(id));
      lay(whole, held);
    }
    if (!mark.isLast) return;
    const ids = [...this.#before];
    this.#before = new Map();
    const before = ids.flatMap(([id, held]): [string, ListedItem][] => (held ? [[id, held]] : []));
    const had = [...this.#privileges(before).keys()].flatMap((key) => this.#tracks.get(key) ?? []);
    const after = ids.flatMap(([id]): [string, ListedItem][] => {
      const held = whole.get(id);
      return held === undefined ? [] : [[id, held]];
    });
    this.#commit(had, this.#privileges(after), { ...timesOf(mark, index), isBeginning: false });
  }

  #privileges(items: readonly (readonly [string, ListedItem])[]): Map<string, [Privilege, number]> {
    const privileges = PRIVILEGE_SOURCES.get(this.source)?.privileges;
    return new Map(
      items.flatMap(([id, { item, index }]) =>
        (privileges?.(item, id) ?? []).map(
          (privilege) => [privilege.key, [privilege, index]] as const,
        ),
      ),
    );
  }

  #commit(
    had: readonly OwnTrack[],
    now: ReadonlyMap<string, readonly [Privilege, number]>,
    { isBeginning, ...listing }: Listing & { readonly isBeginning: boolean },
  ): void {
    const fromMs = this.listings.at(-1)?.beganMs ?? Number.NEGATIVE_INFINITY;
    const { atMs } = listing;
    for (const track of had) {
      if (!track.isThere || now.has(track.privilege.key)) continue;
      track.isThere = false;
      track.shifts.push({ way: 'out', fromMs, atMs, index: listing.index, isBeginning });
    }
    for (const [privilege, index] of now.values()) {
      const { tenant, source } = this;
      const known = this.#tracks.get(privilege.key);
      const track = known ?? { tenant, source, privilege, shifts: [], isThere: false };
      this.#tracks.set(privilege.key, track);
      if (track.isThere) continue;
      track.isThere = true;
      track.shifts.push({ way: 'in', fromMs, atMs, index, isBeginning });
    }
    this.listings.push(listing);
  }
}

/** A listing of many parts takes time; a delta is read at once. */
function timesOf({ mode, since, at }: DirectoryMark, index: number): Listing {
  const atMs = msOfInstant(at);
  return { atMs, beganMs: mode === 'snapshot' ? Math.min(atMs, msOfInstant(since)) : atMs, index };
}

/** If an object repeats, the later members win. */
function lay(held: Map<string, ListedItem>, { item, index }: ListedItem): void {
  const id = idOf(item['id']);
  if (id === undefined) return;
  if ('@removed' in item) held.delete(id);
  else held.set(id, { item: { ...held.get(id)?.item, ...item }, index });
}

/** Drops members without privileges, because there may be very many objects. */
function kept(item: Item, members: readonly string[]): Item {
  const all = ['id', '@removed', ...members];
  return Object.fromEntries(all.flatMap((name) => (name in item ? [[name, item[name]]] : [])));
}
