import type { RecordDraft } from '@countersign/core';
import { catchUpProjection } from '../../projection/catch-up.ts';
import type { FindingMarkBody, FindingNoteBody } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { FindingStatus, Verdict } from '../../store/rows/entry-rows.ts';
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
  readonly verdict?: Verdict | undefined;
  readonly by: string;
};

/**
 * Marks findings. Each mark is an entry, and the last one counts.
 * @throws DetectionError NO_SUCH_FINDING before anything is appended, REASON_TOO_LONG
 */
export async function markFindings(
  writer: LedgerWriter,
  { uids, status, reason, untilMs, verdict, by }: FindingMarkRequest,
): Promise<{ readonly entries: readonly number[] }> {
  await catchUpProjection(writer);
  if (uids.length === 0) throw noSuchFinding('');
  const marked = new Map(uids.map((uid) => [uid, draftOf(writer, uid)]));
  checkLength('set the status: a reason', reason);
  const atMs = writer.clock.now();
  const drafts = [...marked].map(([uid, { severity, tenant }]) => {
    const known = verdict === undefined ? {} : { verdict };
    const said = { uid, severity, tenant, status, reason, untilMs, ...known, by, atMs };
    return ownEntryDraft('finding', atMs, {
      v: 1,
      what: 'finding-mark',
      ...said,
    } satisfies FindingMarkBody);
  });
  return { entries: await appendAll(writer, drafts) };
}

export type FindingNoteRequest = {
  /** The findings that get the assignee. */
  readonly uids: readonly string[];
  /** Null: no one; undefined: as before. */
  readonly assignee: string | null | undefined;
  /** Recorded once, for the first finding. */
  readonly comment: string | undefined;
  readonly by: string;
};

/**
 * Assigns findings and comments on them. Each note is an entry.
 * @throws DetectionError NO_SUCH_FINDING before anything is appended, REASON_TOO_LONG
 */
export async function noteFindings(
  writer: LedgerWriter,
  { uids, assignee, comment, by }: FindingNoteRequest,
): Promise<{ readonly entries: readonly number[] }> {
  await catchUpProjection(writer);
  const [first] = uids;
  if (first === undefined) throw noSuchFinding('');
  const marked = new Map(uids.map((uid) => [uid, draftOf(writer, uid)]));
  checkLength('add the comment: it', comment ?? '');
  checkLength('assign the finding: a name', assignee ?? '');
  const atMs = writer.clock.now();
  const bodyOf = (uid: string): Pick<FindingNoteBody, 'v' | 'what' | 'severity' | 'tenant'> => {
    const { severity, tenant } = marked.get(uid) as FindingDraft;
    return { v: 1, what: 'finding-note', severity, tenant };
  };
  const bodies: FindingNoteBody[] = [];
  if (assignee !== undefined) {
    for (const uid of uids) {
      bodies.push({ ...bodyOf(uid), uid, by, atMs, kind: 'assignment', assignee });
    }
  }
  if (comment !== undefined) {
    bodies.push({ ...bodyOf(first), uid: first, by, atMs, kind: 'comment', text: comment });
  }
  const drafts = bodies.map((body) => ownEntryDraft('finding', atMs, body));
  return { entries: await appendAll(writer, drafts) };
}

async function appendAll(
  writer: LedgerWriter,
  drafts: readonly RecordDraft[],
): Promise<readonly number[]> {
  const entries: number[] = [];
  for (let at = 0; at < drafts.length; at += FINDINGS_PER_APPEND) {
    const appended = await writer.ledger.append(drafts.slice(at, at + FINDINGS_PER_APPEND));
    entries.push(...appended.map(({ index }) => index));
  }
  await catchUpProjection(writer);
  return entries;
}

/** @param what what could not be done, and what is too long */
function checkLength(what: string, text: string): void {
  if (text.length <= FINDING_TEXT_CHARACTERS_MAX) return;
  throw new DetectionError(
    'REASON_TOO_LONG',
    `could not ${what} has at most ${FINDING_TEXT_CHARACTERS_MAX} characters. Shorten it`,
  );
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
