import { parseLeaf } from '@countersign/ledger/reader';
import { NameMatcher } from '../../projection/entries/name-matcher.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { listQuarantined, type QuarantineFile } from '../quarantine/quarantine.ts';
import type { ErasureSelection } from './erasure-target.ts';
import { type ActiveHold, activeHolds } from './legal-holds.ts';

/** Quarantine files that an erasure matches, and the cases whose hold forbids it. */
export type QuarantineMatch = {
  readonly names: readonly string[];
  readonly held: ReadonlyMap<string, number>;
};

/**
 * Finds the quarantine files that an erasure covers.
 *
 * Unreadable input has no source, tenant or event time. So a person's erasure takes files that
 * mention the person, an import's takes the files of that import, and retention takes files
 * quarantined before its limit.
 */
export async function findQuarantined(
  writer: LedgerWriter,
  selection: ErasureSelection,
): Promise<QuarantineMatch> {
  const mentions = new NameMatcher(selection.names ?? []);
  const holds = (await activeHolds(writer)).map((hold) => new QuarantinedHold(hold));
  const names: string[] = [];
  const held = new Map<string, number>();
  for (const file of listQuarantined(writer.dir)) {
    if (file.item.erased === true) continue;
    const quarantinedMs = await quarantinedMsOf(writer, file);
    if (!isSelected(file, selection, mentions, quarantinedMs)) continue;
    names.push(file.name);
    for (const hold of holds) {
      if (hold.mayFit(file, quarantinedMs)) held.set(hold.case, (held.get(hold.case) ?? 0) + 1);
    }
  }
  return { names, held };
}

function isSelected(
  file: QuarantineFile,
  selection: ErasureSelection,
  mentions: NameMatcher,
  quarantinedMs: number,
): boolean {
  const { names, indices, source, tenant, fromMs, toMs } = selection;
  if (names !== undefined) return isMentioned(file, mentions);
  if ([indices, source, tenant, fromMs].some((member) => member !== undefined)) return false;
  if (selection.import !== undefined && selection.import !== file.item.import) return false;
  return toMs === undefined || quarantinedMs < toMs;
}

/** Treats a quarantine file as held if a hold might cover it, because erasure is irreversible. */
class QuarantinedHold {
  readonly case: string;
  readonly #scope: ActiveHold['scope'];
  readonly #mentions: NameMatcher;

  constructor(hold: ActiveHold) {
    this.case = hold.case;
    this.#scope = hold.scope;
    this.#mentions = new NameMatcher(hold.scope.names);
  }

  mayFit(file: QuarantineFile, quarantinedMs: number): boolean {
    const { fromMs, import: importNumber } = this.#scope;
    if (importNumber !== null && importNumber !== file.item.import) return false;
    if (fromMs !== null && quarantinedMs < fromMs) return false;
    return this.#mentions.count === 0 || isMentioned(file, this.#mentions);
  }
}

function isMentioned({ item, bytes }: QuarantineFile, mentions: NameMatcher): boolean {
  return mentions.matchesBytes(bytes) || mentions.matchesText(`${item.file}\n${item.reason}`);
}

/** Uses the import's entry if there is one, because a restore changes file times. */
async function quarantinedMsOf(
  { reader }: LedgerWriter,
  { item, quarantinedMs }: QuarantineFile,
): Promise<number> {
  const { import: index } = item;
  if (index === null || index >= reader.size) return quarantinedMs;
  const { bytes } = await reader.leaf(index);
  return Date.parse(parseLeaf(bytes).seen);
}
