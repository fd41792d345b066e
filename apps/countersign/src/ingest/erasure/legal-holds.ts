import { type Locus, msOfInstant } from '@countersign/core';
import {
  type HoldBody,
  type HoldScope,
  type Leaf,
  type LedgerReader,
  parseHold,
} from '@countersign/ledger/reader';
import { catchUpProjection } from '../../projection/catch-up.ts';
import { NameMatcher, normalizeName } from '../../projection/entries/name-matcher.ts';
import { type Actor, ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { IngestError } from '../errors.ts';

/** A hold that is in force. */
export type ActiveHold = {
  /** The entry that placed it. */
  readonly index: number;
  readonly case: string;
  readonly by: string;
  readonly scope: HoldScope;
};

/** An entry that an erasure would remove. */
export type HoldCandidate = {
  readonly leaf: Leaf;
  readonly locus: Locus | undefined;
  readonly body: Uint8Array;
};

/** Checks entries against the active holds. */
export class LegalHoldCheck {
  readonly #holds: readonly { readonly hold: ActiveHold; readonly mentions: NameMatcher }[];

  constructor(holds: readonly ActiveHold[]) {
    this.#holds = holds.map((hold) => ({ hold, mentions: new NameMatcher(hold.scope.names) }));
  }

  /** The cases whose holds cover the entry. */
  casesOf(candidate: HoldCandidate): string[] {
    return this.#holds
      .filter(({ hold, mentions }) => matchesScope(hold.scope, mentions, candidate))
      .map(({ hold }) => hold.case);
  }
}

function matchesScope(
  scope: HoldScope,
  mentions: NameMatcher,
  { leaf, locus, body }: HoldCandidate,
): boolean {
  if (scope.source !== null && scope.source !== leaf.source) return false;
  if (scope.tenant !== null && scope.tenant !== leaf.tenant) return false;
  if (scope.import !== null && scope.import !== locus?.importNumber) return false;
  const atMs = msOfInstant(leaf.at);
  if (scope.fromMs !== null && atMs < scope.fromMs) return false;
  if (scope.toMs !== null && atMs >= scope.toMs) return false;
  return mentions.count === 0 || mentions.matchesBytes(body);
}

/** Access to holds: a ledger writer, or a store and a ledger reader that take no lock. */
type HoldSource = {
  readonly store: { indicesOfKind(kind: string): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body'>;
};

/** Active holds in entry order, without released cases. */
export async function activeHolds({ store, reader }: HoldSource): Promise<ActiveHold[]> {
  const holds: ActiveHold[] = [];
  for (const index of store.indicesOfKind('hold')) {
    const body = await reader.body(index);
    const hold = body.kind === 'present' ? parseHold(body.bytes) : undefined;
    if (hold === undefined) continue;
    if (hold.op === 'place') {
      holds.push({ index, case: hold.case, by: hold.by, scope: hold.scope });
    } else {
      const kept = holds.filter((placed) => placed.case !== hold.case);
      holds.splice(0, holds.length, ...kept);
    }
  }
  return holds;
}

export type HoldRequest = Partial<HoldScope> & { readonly case: string; readonly actor: Actor };

/** Places a hold. Erasure and retention refuse matching entries until its case is released. */
export async function placeHold(writer: LedgerWriter, request: HoldRequest): Promise<number> {
  const scope: HoldScope = {
    names: (request.names ?? []).map(normalizeName),
    source: request.source ?? null,
    tenant: request.tenant ?? null,
    import: request.import ?? null,
    fromMs: request.fromMs ?? null,
    toMs: request.toMs ?? null,
  };
  const by = `${request.actor.who}@${request.actor.host}`;
  const atMs = writer.clock.now();
  return appendHold(writer, { v: 1, op: 'place', case: request.case, by, atMs, scope });
}

/** @throws IngestError NO_SUCH_HOLD */
export async function releaseHold(
  writer: LedgerWriter,
  request: { readonly case: string; readonly actor: Actor },
): Promise<number> {
  const holds = await activeHolds(writer);
  if (!holds.some((hold) => hold.case === request.case)) {
    throw new IngestError(
      'NO_SUCH_HOLD',
      `could not release the case "${request.case}": it has no hold; see ledger hold --list`,
    );
  }
  const by = `${request.actor.who}@${request.actor.host}`;
  const atMs = writer.clock.now();
  return appendHold(writer, { v: 1, op: 'release', case: request.case, by, atMs });
}

async function appendHold(writer: LedgerWriter, body: HoldBody): Promise<number> {
  const [appended] = await writer.ledger.append([ownEntryDraft('hold', body.atMs, body)]);
  await catchUpProjection(writer);
  return appended?.index ?? -1;
}
