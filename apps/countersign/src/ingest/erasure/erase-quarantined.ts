import { parseLeaf } from '@countersign/ledger';
import { NameMatcher } from '../../projection/entries/name-matcher.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { listQuarantined, type QuarantineFile } from '../quarantine/quarantine.ts';
import type { ErasureSelection } from './erasure-target.ts';
import { type ActiveHold, activeHolds } from './legal-holds.ts';

/** Which quarantined files an erasure takes, and the cases that forbid it, with their number. */
export type QuarantineMatch = {
  readonly names: readonly string[];
  readonly held: ReadonlyMap<string, number>;
};

/**
 * What nobody could read has no source, no tenant and no time of its own. So a person takes what
 * mentions her, an import what it quarantined, and retention what came before the time: nothing
 * happened after it was delivered.
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

/** Where a hold may or may not be about a quarantined file, it is: nobody could tell afterwards. */
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
  return mentions.in(bytes) || mentions.inText(`${item.file}\n${item.reason}`);
}

/** By the entry of the import where there is one: the time of a file does not outlive a restore. */
async function quarantinedMsOf(
  { reader }: LedgerWriter,
  { item, quarantinedMs }: QuarantineFile,
): Promise<number> {
  const { import: index } = item;
  if (index === null || index >= reader.size) return quarantinedMs;
  const { bytes } = await reader.leaf(index);
  return Date.parse(parseLeaf(bytes).seen);
}
