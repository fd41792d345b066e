import {
  type DirectoryMark,
  type Interval,
  type IntervalSet,
  instantOfMs,
  leftOutOf,
  msOfInstant,
  normalize,
  type SourceId,
  type TenantId,
} from '@countersign/core';
import {
  type AskedWindow,
  type Observation,
  parseObservation,
  READ_AGAIN_CODE,
} from '@countersign/coverage';
import { type ContentFact, LOOKED_AGAIN_MS } from '@countersign/m365';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { CONTENT_REMEMBERED_MS } from '../limits.ts';
import { directoryMarks } from './directory-cursors.ts';

/** The body of an `import` entry: the contents that one collector window delivered. */
export type CollectedBody = {
  readonly v: 2;
  readonly phase: 'collected';
  readonly collector: string;
  readonly tenant: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly contents: readonly {
    readonly id: string;
    readonly created: string;
    readonly sha256: string | null;
    readonly count: number;
    readonly bytes: number;
    readonly state: ContentFact['state'];
    readonly quarantined?: number | undefined;
    readonly etag?: string | undefined;
  }[];
};

/**
 * Codes of a `partial` window whose missing content will never arrive, however often it is
 * requested.
 */
const FINAL_CODES: ReadonlySet<string> = new Set(['gone', 'unreadable', 'quarantined', 'AF20022']);

/** Windows of a source that were collected with some content left out. */
type Narrow = { readonly leftOut: readonly string[]; windows: IntervalSet };

/**
 * What earlier polls collected, according to the ledger. There is no other cursor.
 *
 * It is read at the start and updated with each write. Work that a crash left unfinished is not in
 * it, so it is requested again.
 */
export class CollectionHistory {
  readonly #settled = new Map<string, IntervalSet>();
  readonly #narrow = new Map<string, Narrow[]>();
  readonly #off = new Map<string, IntervalSet>();
  readonly #contents = new Map<string, Map<string, ContentFact>>();
  readonly #lookedAgain = new Map<string, IntervalSet>();
  /** Start of the first window of each source. */
  readonly #since = new Map<string, number>();
  /** Null: part of the state behind the last mark was erased. */
  readonly #marks = new Map<string, DirectoryMark | null>();

  /** Reads the entries of the last days, newest first. The reader MUST be refreshed. */
  static async load(writer: LedgerWriter): Promise<CollectionHistory> {
    const history = new CollectionHistory();
    const sinceMs = writer.clock.now() - CONTENT_REMEMBERED_MS;
    await newestFirst(writer, 'coverage', sinceMs, (body) => {
      const observation = parseObservation(body);
      if (observation !== undefined) history.noteObservation(observation);
    });
    await newestFirst(writer, 'import', sinceMs, (body) => {
      if (isCollected(body)) history.#recall(body);
    });
    for (const window of writer.store.asked()) history.#recallAsked(window);
    await history.recallDirectory(writer);
    return history;
  }

  settled(
    source: SourceId,
    tenant: TenantId,
    subject: string | null,
    leftOut: readonly string[] = [],
  ): IntervalSet {
    const key = keyOf(source, tenant, subject);
    const whole = this.#settled.get(key) ?? [];
    const narrow = this.#narrow.get(key) ?? [];
    const asNow = narrow.filter((each) => each.leftOut.every((name) => leftOut.includes(name)));
    return asNow.length === 0
      ? whole
      : normalize([...whole, ...asNow.flatMap(({ windows }) => windows)]);
  }

  lookedAgain(source: SourceId, tenant: TenantId): IntervalSet {
    return this.#lookedAgain.get(keyOf(source, tenant, null)) ?? [];
  }

  since(source: SourceId, tenant: TenantId): number | undefined {
    return this.#since.get(keyOf(source, tenant, null));
  }

  off(source: SourceId, tenant: TenantId): IntervalSet {
    return this.#off.get(keyOf(source, tenant, null)) ?? [];
  }

  content(source: SourceId, tenant: TenantId, id: string): ContentFact | undefined {
    return this.#contents.get(keyOf(source, tenant, null))?.get(id);
  }

  directoryMark(source: SourceId, tenant: TenantId): DirectoryMark | undefined {
    return this.#marks.get(keyOf(source, tenant, null)) ?? undefined;
  }

  /** Reloads the marks, because an erasure may have removed parts of the directory state. */
  async recallDirectory(writer: LedgerWriter): Promise<void> {
    this.#marks.clear();
    for (const { source, tenant, mark } of await directoryMarks(writer)) {
      this.#marks.set(keyOf(source, tenant, null), mark);
    }
  }

  noteObservation(observation: Observation): void {
    const { source, tenant, subject, workload, axis, outcome, code, from, to, at } = observation;
    // A quarantine retry repeats an earlier window; it requested nothing new.
    if (workload !== null || code === READ_AGAIN_CODE) return;
    const key = keyOf(source, tenant, subject);
    const added = { from: msOfInstant(from), to: msOfInstant(to) };
    this.#since.set(key, Math.min(added.from, this.#since.get(key) ?? added.from));
    const leftOut = outcome === 'partial' ? leftOutOf(code) : undefined;
    if (leftOut !== undefined) this.#growNarrow(key, leftOut, added);
    const isFinal = outcome === 'partial' && code !== null && FINAL_CODES.has(code);
    const isRead = outcome === 'complete' || outcome === 'off' || isFinal;
    const untilMs = Math.min(added.to, msOfInstant(at) - LOOKED_AGAIN_MS);
    if (axis === 'event' && (isRead || leftOut !== undefined) && added.from < untilMs) {
      grow(this.#lookedAgain, key, { from: added.from, to: untilMs });
    }
    if (!isRead) return;
    grow(this.#settled, key, added);
    if (outcome === 'off' || code === 'AF20022') grow(this.#off, key, added);
  }

  noteContents(source: SourceId, tenant: string, contents: readonly ContentFact[]): void {
    const key = keyOf(source, tenant, null);
    const known = this.#contents.get(key) ?? new Map<string, ContentFact>();
    for (const content of contents) {
      if (content.state !== 'streamed') known.set(content.id, content);
    }
    this.#contents.set(key, known);
  }

  /** Forgets contents that no service lists anymore. */
  forget(beforeMs: number): void {
    for (const known of this.#contents.values()) {
      for (const [id, { createdMs }] of known) if (createdMs < beforeMs) known.delete(id);
    }
  }

  /** Rereads content entries from this index on, after a quarantine retry changed them. */
  async recallContents({ store, reader }: LedgerWriter, fromIndex: number): Promise<void> {
    const indices = store.indicesOfKind('import', fromIndex);
    if (indices.length > 0) await reader.refresh();
    for (const index of indices) {
      const said = await reader.body(index);
      const body = said.kind === 'present' ? parseObject(said.bytes) : undefined;
      if (!isCollected(body)) continue;
      this.noteContents(body.source as SourceId, body.tenant, contentsOf(body));
    }
  }

  noteDirectory(mark: DirectoryMark): void {
    this.#marks.set(keyOf(mark.source, mark.tenant, null), mark);
  }

  /** Restores windows older than the loaded entries, for services with a longer retention. */
  #recallAsked({ tenant, source, from, to, status, code, ...asked }: AskedWindow): void {
    const key = keyOf(source, tenant, null);
    this.#since.set(key, Math.min(from, this.#since.get(key) ?? from));
    if (status === 'short' || status === 'failed') return;
    const { atMs, lagMs } = asked;
    const untilMs = (lagMs === null ? atMs : to + lagMs) - LOOKED_AGAIN_MS;
    const isAgain = lagMs === null ? from < untilMs : to <= untilMs;
    if (isAgain) grow(this.#lookedAgain, key, { from, to: Math.min(to, untilMs) });
    const leftOut = leftOutOf(code);
    if (status === 'narrow' && leftOut !== undefined) {
      this.#growNarrow(key, leftOut, { from, to });
    } else {
      grow(this.#settled, key, { from, to });
    }
  }

  #growNarrow(key: string, leftOut: readonly string[], added: Interval): void {
    const known = this.#narrow.get(key) ?? [];
    this.#narrow.set(key, known);
    const names = leftOut.join(' ');
    const same = known.find((each) => each.leftOut.join(' ') === names);
    if (same === undefined) known.push({ leftOut, windows: [added] });
    else same.windows = normalize([...same.windows, added]);
  }

  #recall(body: CollectedBody): void {
    const { source, tenant } = body;
    const known = contentsOf(body);
    // Newest first: what is already known is later.
    const fresh = known.filter(
      ({ id }) => this.content(source, tenant as TenantId, id) === undefined,
    );
    this.noteContents(source, tenant, fresh);
  }
}

function isCollected(body: unknown): body is CollectedBody {
  const { v, phase } = (body ?? {}) as Partial<CollectedBody>;
  return v === 2 && phase === 'collected';
}

function contentsOf({ contents }: CollectedBody): ContentFact[] {
  return contents.map(({ id, created, ...rest }) => ({
    id,
    createdMs: msOfInstant(created),
    ...rest,
  }));
}

export function collectedBody(
  { collector, tenant, source }: Pick<CollectedBody, 'collector' | 'tenant' | 'source'>,
  { from, to }: Interval,
  contents: readonly ContentFact[],
): CollectedBody {
  const between = { from: instantOfMs(from) ?? '', to: instantOfMs(to) ?? '' };
  const of = { collector, tenant, source, ...between };
  return { v: 2, phase: 'collected', ...of, contents: listed(contents) };
}

function listed(contents: readonly ContentFact[]): CollectedBody['contents'] {
  return contents.map(({ id, createdMs, sha256, count, bytes, state, quarantined, etag }) => {
    const created = instantOfMs(createdMs) ?? '';
    return {
      ...{ id, created, sha256, count, bytes, state },
      ...(quarantined !== undefined && { quarantined }),
      ...(etag !== undefined && { etag }),
    };
  });
}

function grow(sets: Map<string, IntervalSet>, key: string, added: Interval): void {
  sets.set(key, normalize([...(sets.get(key) ?? []), added]));
}

function keyOf(source: string, tenant: string, subject: string | null): string {
  return `${tenant}\n${source}\n${subject ?? ''}`;
}

async function newestFirst(
  writer: LedgerWriter,
  kind: string,
  sinceMs: number,
  note: (body: unknown) => void,
): Promise<void> {
  const { store, reader } = writer;
  const indices = store.indicesOfKind(kind);
  for (let at = indices.length - 1; at >= 0; at--) {
    const index = indices[at] as number;
    if (index >= reader.size) continue;
    const { leaf } = await reader.leaf(index);
    if (msOfInstant(leaf.at) < sinceMs) return;
    const body = await reader.body(index);
    if (body.kind !== 'present') continue;
    const value = parseObject(body.bytes);
    if (value !== undefined) note(value);
  }
}
