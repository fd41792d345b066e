import type { LedgerReader } from '@countersign/ledger';
import { draftText } from '../../projection/entries/finding-body.ts';
import type { FindingRow } from '../../store/rows/entry-rows.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DetectorResult, UnfinishedWindow } from '../runner/detector-result.ts';
import { FINDINGS_PER_APPEND } from '../runner/limits.ts';
import { boundedGroup, boundFinding } from './bound-finding.ts';
import { findingUid } from './finding-identity.ts';
import { mergeDrafts } from './merge.ts';

export type NewFact = Omit<FindingRow, 'index'>;

type Readers = { readonly store: StoreReader; readonly ledger: LedgerReader };

/** The detector name of findings about failures. */
export const RUNNER = 'runner';

const NOT_FOUND = 'the rule does not find it in the records that are known now';
const REPAIRED = 'the detector ran again and did not fail';

/** The new entries: findings that differ from what was reported before. */
export async function changesOf(
  { store, ledger }: Readers,
  detector: string,
  result: DetectorResult,
): Promise<NewFact[]> {
  const { drafts, covers, cutShort = [], takenBack = [] } = result;
  const facts: NewFact[] = [];
  const now = mergedByUid(drafts);
  for (const [uid, draft, earlier] of withEarlier(store, now)) {
    const isSame = earlier?.state === 'open' && draftText(earlier.draft) === draftText(draft);
    if (isSame) continue;
    const revision = earlier === undefined ? 0 : earlier.revision + 1;
    facts.push({ uid, detector, state: 'open', because: null, revision, draft });
  }
  const before = covers.flatMap(({ from, to }) =>
    store.findings.list({ detector, windows: { fromMs: from, toMs: to } }),
  );
  const known = store.findings.findAll(takenBack);
  const named = takenBack.flatMap((uid) => known.get(uid) ?? []);
  const withdrawn = new Set<string>();
  for (const kept of [...before, ...named]) {
    if (kept.state === 'withdrawn' || now.has(kept.uid) || withdrawn.has(kept.uid)) continue;
    if (cutShort.some((windows) => isOf(kept, windows))) continue;
    withdrawn.add(kept.uid);
    if (detector === RUNNER || !(await isErased(ledger, kept))) {
      const { uid, draft } = kept;
      const because = detector === RUNNER ? REPAIRED : NOT_FOUND;
      const revision = kept.revision + 1;
      facts.push({ uid, detector, state: 'withdrawn', because, revision, draft });
    }
  }
  return facts;
}

/** In order. Earlier findings are read a few thousand at a time. */
function* withEarlier(
  store: StoreReader,
  drafts: ReadonlyMap<string, FindingDraft>,
): Generator<[uid: string, FindingDraft, StoredFinding | undefined]> {
  const all = [...drafts];
  for (let at = 0; at < all.length; at += FINDINGS_PER_APPEND) {
    const some = all.slice(at, at + FINDINGS_PER_APPEND);
    const earlier = store.findings.findAll(some.map(([uid]) => uid));
    for (const [uid, draft] of some) yield [uid, draft, earlier.get(uid)];
  }
}

/** Findings whose bodies were erased cannot be evaluated again, so they stay as they are. */
async function isErased(ledger: LedgerReader, { draft }: StoredFinding): Promise<boolean> {
  for (const index of draft.entries) {
    if (index < ledger.size && (await ledger.body(index)).kind === 'erased') {
      return true;
    }
  }
  return false;
}

/**
 * Merges drafts with one id, with the evidence of both. An attacker who crafts records so that two
 * of them collide must not stop the detector.
 */
function mergedByUid(drafts: readonly FindingDraft[]): Map<string, FindingDraft> {
  const byUid = Map.groupBy(drafts, ({ group, ...draft }) => {
    return findingUid({ ...draft, group: boundedGroup(group) });
  });
  return new Map(
    [...byUid].map(([uid, same]) => {
      return [uid, boundFinding(mergeDrafts(same as [FindingDraft, ...FindingDraft[]]))];
    }),
  );
}

function isOf({ draft }: StoredFinding, { from, to, rules }: UnfinishedWindow): boolean {
  return rules.includes(draft.rule) && draft.windowMs >= from && draft.windowMs < to;
}
