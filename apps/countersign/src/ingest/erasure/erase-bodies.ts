import { type Locus, msOfInstant, plural } from '@countersign/core';
import {
  type ErasureBody,
  type Leaf,
  parseErasure,
  parseLeaf,
  rangesOf,
} from '@countersign/ledger';
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
  /** Retention comes back day after day: that nothing is old enough is no failure of it. */
  readonly whenNothing: 'refuse' | 'done';
};

export type ErasureReport = {
  /** Bodies that are gone. */
  readonly erased: number;
  /** Pieces that nobody could read, and that are gone as well. */
  readonly quarantined: number;
  /** The entry that says so; null where there was nothing to erase. */
  readonly entry: number | null;
  readonly ranges: readonly (readonly [number, number])[];
};

/**
 * Erases bodies: for a person who asks, and for retention. The erasure is an entry first, and is
 * carried out then; a crash in the middle is followed by the rest of it at the next opening.
 * @throws PipelineError HELD, NOTHING_TO_ERASE, EMPTY_SELECTION
 */
export async function erase(writer: LedgerWriter, request: ErasureRequest): Promise<ErasureReport> {
  const { selection, actor } = request;
  const found = await find(writer, selection);
  if (found.indices.length === 0 && found.quarantined.length === 0) {
    if (request.whenNothing === 'done')
      return { erased: 0, quarantined: 0, entry: null, ranges: [] };
    throw new IngestError('NOTHING_TO_ERASE', 'could not erase: no body fits what was asked for');
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
  const doomed = { names, quarantined: found.quarantined };
  rememberErasing(writer.dir, { ...doomed, atMs: body.atMs });
  const [appended] = await writer.ledger
    .append([ownEntryDraft('erasure', body.atMs, body)])
    .catch((error: unknown) => {
      if (error instanceof Rehearsal) forgetErasing(writer.dir);
      throw error;
    });
  const entry = appended?.index ?? -1;
  await carryOut(writer, body.ranges, doomed);
  return { erased: body.entries, quarantined: body.quarantined, entry, ranges: body.ranges };
}

/** Ends what an earlier process had begun: what an entry says is erased must be erased. */
export async function resumeErasures(writer: LedgerWriter): Promise<void> {
  for (const index of writer.store.acts('erasure')) {
    const said = await writer.reader.body(index);
    const erasure = said.kind === 'present' ? parseErasure(said.bytes) : undefined;
    if (erasure === undefined) continue;
    const doomed = recallErasing(writer, erasure);
    if (doomed === undefined && (await isCarriedOut(writer, erasure.ranges))) continue;
    await carryOut(writer, erasure.ranges, doomed ?? { names: [], quarantined: [] });
  }
  // Of an erasure that died before it was an entry, and so never was: nothing but names is left.
  forgetErasing(writer.dir);
}

type Ranges = readonly (readonly [number, number])[];

/** Segments are rewritten one after the other, so the ends of the ranges tell. */
async function isCarriedOut({ reader }: LedgerWriter, ranges: Ranges): Promise<boolean> {
  for (const [from, to] of ranges) {
    for (const index of [from, to - 1]) {
      if ((await reader.body(index)).kind === 'present') return false;
    }
  }
  return true;
}

/** Idempotent: each step leaves what is gone already. */
async function carryOut(
  writer: LedgerWriter,
  ranges: Ranges,
  doomed: ErasureTarget,
): Promise<void> {
  await catchUpProjection(writer);
  const indices = ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  const mentions = new NameMatcher(doomed.names);
  await removeOriginals(writer, { indices: new Set(indices), mentions });
  eraseQuarantined(writer.dir, doomed.quarantined);
  const { toMerge } = await writer.store.purge(indices);
  await writer.ledger.rewriteWithout(indices);
  await writer.reader.refresh();
  // Actions that other sightings still tell of get their row from these.
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
    throw new IngestError('EMPTY_SELECTION', 'could not erase: say what, for example --user');
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

/** Entries that must outlive what they speak of: without them nobody could say what happened. */
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
    // Only a search for a name, or an index, reaches what Countersign itself has said.
    const isOwn = leaf.kind !== 'record';
    if (isOwn && names === undefined && this.#indices === undefined) return false;
    if (this.#indices?.has(index) === false) return false;
    if (source !== undefined && source !== leaf.source) return false;
    if (tenant !== undefined && tenant !== leaf.tenant) return false;
    if (importNumber !== undefined && importNumber !== locus?.importNumber) return false;
    const atMs = msOfInstant(leaf.at);
    if (fromMs !== undefined && atMs < fromMs) return false;
    if (toMs !== undefined && atMs >= toMs) return false;
    return names === undefined || this.#mentions.in(body);
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
    `could not erase: a hold stands for the case ${cases}; release it first, or erase less`,
    { data: { cases: [...held.keys()] } },
  );
}
