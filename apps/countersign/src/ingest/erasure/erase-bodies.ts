import { type Locus, msOfInstant, plural } from '@countersign/core';
import {
  type ErasureBody,
  type Leaf,
  parseErasure,
  parseLeaf,
  rangesOf,
} from '@countersign/ledger/reader';
import { catchUpProjection } from '../../projection/catch-up.ts';
import { NameMatcher, subjectHash } from '../../projection/entries/name-matcher.ts';
import { type Actor, ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { mergeActions } from '../../projection/merge-actions.ts';
import { Rehearsal } from '../../projection/rehearsal.ts';
import { IngestError } from '../errors.ts';
import { removeOriginals } from '../quarantine/original-files.ts';
import { eraseQuarantined } from '../quarantine/quarantine.ts';
import { findQuarantined } from './erase-quarantined.ts';
import {
  type ErasureSelection,
  type ErasureTarget,
  forgetErasing,
  recallErasing,
  rememberErasing,
} from './erasure-target.ts';
import { activeHolds, LegalHoldCheck } from './legal-holds.ts';

export type ErasureRequest = {
  readonly selection: ErasureSelection;
  readonly case: string;
  readonly reason: string;
  readonly actor: Actor;
  /** Retention runs daily, so finding nothing old enough is not a failure. */
  readonly whenNothing: 'refuse' | 'done';
};

export type ErasureReport = {
  /** Number of erased bodies. */
  readonly erased: number;
  /** Number of erased quarantine files. */
  readonly quarantined: number;
  /** The erasure's entry; null if there was nothing to erase. */
  readonly entry: number | null;
  readonly ranges: readonly (readonly [number, number])[];
};

/**
 * Erases bodies on request or by retention.
 *
 * The erasure is an entry first, then it is carried out. After a crash in between, the next opening
 * completes it.
 * @throws IngestError HELD, NOTHING_TO_ERASE, EMPTY_SELECTION
 */
export async function erase(writer: LedgerWriter, request: ErasureRequest): Promise<ErasureReport> {
  const { selection, actor } = request;
  const found = await find(writer, selection);
  if (found.indices.length === 0 && found.quarantined.length === 0) {
    if (request.whenNothing === 'done')
      return { erased: 0, quarantined: 0, entry: null, ranges: [] };
    throw new IngestError(
      'NOTHING_TO_ERASE',
      'could not erase: no body matches the given scope. Check it with --dry-run',
    );
  }
  const names = selection.names ?? [];
  const body: ErasureBody = {
    v: 1,
    by: `${actor.who}@${actor.host}`,
    atMs: writer.clock.now(),
    case: request.case,
    reason: request.reason,
    subjects: names.map((name) => subjectHash(writer.ledger.localKeys, name)),
    entries: found.indices.length,
    quarantined: found.quarantined.length,
    ranges: rangesOf(found.indices),
    fromMs: found.fromMs,
    toMs: found.toMs,
    tenants: [...found.tenants],
  };
  const target = { names, quarantined: found.quarantined };
  rememberErasing(writer.dir, { ...target, atMs: body.atMs });
  const [appended] = await writer.ledger
    .append([ownEntryDraft('erasure', body.atMs, body)])
    .catch((error: unknown) => {
      if (error instanceof Rehearsal) forgetErasing(writer.dir);
      throw error;
    });
  const entry = appended?.index ?? -1;
  await carryOut(writer, body.ranges, target);
  return { erased: body.entries, quarantined: body.quarantined, entry, ranges: body.ranges };
}

/** Completes erasures that an earlier process began, because their entries claim them. */
export async function resumeErasures(writer: LedgerWriter): Promise<void> {
  for (const index of writer.store.indicesOfKind('erasure')) {
    const said = await writer.reader.body(index);
    const erasure = said.kind === 'present' ? parseErasure(said.bytes) : undefined;
    if (erasure === undefined) continue;
    const target = recallErasing(writer, erasure);
    if (target === undefined && (await isCarriedOut(writer, erasure.ranges))) continue;
    await carryOut(writer, erasure.ranges, target ?? { names: [], quarantined: [] });
  }
  // That erasure died before its entry was durable, so it never happened. Only its names remain.
  forgetErasing(writer.dir);
}

type Ranges = readonly (readonly [number, number])[];

/** Segments are rewritten in order, so checking both ends of each range is enough. */
async function isCarriedOut({ reader }: LedgerWriter, ranges: Ranges): Promise<boolean> {
  for (const [from, to] of ranges) {
    for (const index of [from, to - 1]) {
      if ((await reader.body(index)).kind === 'present') return false;
    }
  }
  return true;
}

/** Idempotent: each step skips what is already gone. */
async function carryOut(
  writer: LedgerWriter,
  ranges: Ranges,
  target: ErasureTarget,
): Promise<void> {
  await catchUpProjection(writer);
  const indices = ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  const mentions = new NameMatcher(target.names);
  await removeOriginals(writer, { indices: new Set(indices), mentions });
  eraseQuarantined(writer.dir, target.quarantined);
  const { toMerge } = await writer.store.purge(indices);
  await writer.ledger.rewriteWithout(indices);
  await writer.reader.refresh();
  // Rebuild the rows of actions that still have other deliveries.
  await mergeActions(
    writer,
    toMerge.map(({ index }) => index),
  );
  writer.store.commit(writer.store.cursor);
  forgetErasing(writer.dir);
}

type ErasureMatch = {
  readonly indices: number[];
  readonly quarantined: readonly string[];
  readonly tenants: Set<string>;
  fromMs: number | null;
  toMs: number | null;
};

async function find(writer: LedgerWriter, selection: ErasureSelection): Promise<ErasureMatch> {
  if (Object.values(selection).every((member) => member === undefined)) {
    throw new IngestError(
      'EMPTY_SELECTION',
      'could not erase: no scope was given. Give one, for example --user NAME',
    );
  }
  await writer.ledger.publish();
  await writer.reader.refresh();
  const check = new LegalHoldCheck(await activeHolds(writer));
  const matcher = new Matcher(selection);
  const { names: quarantined, held: quarantinedHeld } = await findQuarantined(writer, selection);
  const held = new Map(quarantinedHeld);
  const found: ErasureMatch = {
    indices: [],
    quarantined,
    tenants: new Set(),
    fromMs: null,
    toMs: null,
  };
  for await (const batch of writer.reader.scan()) {
    for (let position = 0; position < batch.count; position++) {
      const body = batch.body(position);
      if (body.kind === 'erased') continue;
      const leaf = parseLeaf(batch.leaf(position));
      const index = batch.firstIndex + position;
      if (!matcher.fits(index, leaf, body.locus, body.bytes)) continue;
      const cases = check.casesOf({ leaf, locus: body.locus, body: body.bytes });
      for (const name of cases) held.set(name, (held.get(name) ?? 0) + 1);
      take(found, index, leaf);
    }
  }
  refuseHeld(held);
  return found;
}

/** Kinds that must outlive what they describe, because they prove what happened. */
const NEVER_ERASED: ReadonlySet<string> = new Set(['erasure', 'key']);

class Matcher {
  readonly #selection: ErasureSelection;
  readonly #mentions: NameMatcher;
  readonly #indices: ReadonlySet<number> | undefined;

  constructor(selection: ErasureSelection) {
    this.#selection = selection;
    this.#mentions = new NameMatcher(selection.names ?? []);
    this.#indices = selection.indices === undefined ? undefined : new Set(selection.indices);
  }

  fits(index: number, leaf: Leaf, locus: Locus | undefined, body: Uint8Array): boolean {
    const { source, tenant, import: importNumber, fromMs, toMs, names } = this.#selection;
    if (NEVER_ERASED.has(leaf.kind)) return false;
    // Only a search by name or index selects Countersign's own entries.
    const isOwn = leaf.kind !== 'record';
    if (isOwn && names === undefined && this.#indices === undefined) return false;
    if (this.#indices?.has(index) === false) return false;
    if (source !== undefined && source !== leaf.source) return false;
    if (tenant !== undefined && tenant !== leaf.tenant) return false;
    if (importNumber !== undefined && importNumber !== locus?.importNumber) return false;
    const atMs = msOfInstant(leaf.at);
    if (fromMs !== undefined && atMs < fromMs) return false;
    if (toMs !== undefined && atMs >= toMs) return false;
    return names === undefined || this.#mentions.matchesBytes(body);
  }
}

function take(found: ErasureMatch, index: number, leaf: Leaf): void {
  found.indices.push(index);
  const atMs = msOfInstant(leaf.at);
  found.fromMs = Math.min(found.fromMs ?? atMs, atMs);
  found.toMs = Math.max(found.toMs ?? atMs + 1, atMs + 1);
  if (leaf.kind === 'record') found.tenants.add(leaf.tenant);
}

function refuseHeld(held: ReadonlyMap<string, number>): void {
  if (held.size === 0) return;
  const cases = [...held]
    .map(([name, count]) => `"${name}" (${plural(count, 'entry')})`)
    .join(', ');
  throw new IngestError(
    'HELD',
    `could not erase: the case ${cases} has a hold. Release it first, or erase less`,
    { data: { cases: [...held.keys()] } },
  );
}
