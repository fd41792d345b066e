import { catchUpProjection } from '../../projection/catch-up.ts';
import type { FindingMarkBody } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { DetectionError } from '../errors.ts';
import { FINDINGS_PER_APPEND } from '../runner/limits.ts';
import { FINDING_TEXT_CHARACTERS_MAX } from './bound-finding.ts';

export type FindingMarkRequest = {
  readonly uids: readonly string[];
  readonly status: FindingStatus;
  readonly reason: string;
  /** When a suppression ends; null: never. */
  readonly untilMs: number | null;
  readonly by: string;
};

/**
 * Marks findings. Each mark is an entry, and the last one counts.
 * @throws DetectionError NO_SUCH_FINDING before anything is appended, REASON_TOO_LONG
 */
export async function markFindings(
  writer: LedgerWriter,
  { uids, status, reason, untilMs, by }: FindingMarkRequest,
): Promise<{ readonly entries: readonly number[] }> {
  await catchUpProjection(writer);
  if (uids.length === 0) throw noSuchFinding('');
  const marked = new Map(uids.map((uid) => [uid, draftOf(writer, uid)]));
  if (reason.length > FINDING_TEXT_CHARACTERS_MAX) {
    const text =
      `could not set the status: a reason has at most ${FINDING_TEXT_CHARACTERS_MAX} ` +
      'characters. Shorten it';
    throw new DetectionError('REASON_TOO_LONG', text);
  }
  const atMs = writer.clock.now();
  const drafts = [...marked].map(([uid, { severity, tenant }]) => {
    const said = { uid, severity, tenant, status, reason, untilMs, by, atMs };
    return ownEntryDraft('finding', atMs, {
      v: 1,
      what: 'finding-mark',
      ...said,
    } satisfies FindingMarkBody);
  });
  const entries: number[] = [];
  for (let at = 0; at < drafts.length; at += FINDINGS_PER_APPEND) {
    const appended = await writer.ledger.append(drafts.slice(at, at + FINDINGS_PER_APPEND));
    entries.push(...appended.map(({ index }) => index));
  }
  await catchUpProjection(writer);
  return { entries };
}

function draftOf({ store }: LedgerWriter, uid: string): FindingDraft {
  const finding = store.finding(uid);
  if (finding === undefined) throw noSuchFinding(uid);
  return finding.draft;
}

function noSuchFinding(uid: string): DetectionError {
  const text = `could not find the finding "${uid}": "countersign findings" lists them`;
  return new DetectionError('NO_SUCH_FINDING', text);
}
