import type { TenantId } from '@countersign/core';
import {
  type FindingMark,
  type FindingNote,
  type FindingRow,
  type FindingStatus,
  VERDICTS,
} from '../../store/rows/entry-rows.ts';
import type { FindingDraft, FindingSeverity } from '../../store/rows/finding.ts';

/** The body of an entry of kind `finding` that reports, revises or withdraws a finding. */
export type FindingBody = {
  readonly v: 1;
  readonly what: 'finding';
} & Omit<FindingRow, 'index'>;

/** The body of an entry of kind `finding` with a person's mark. */
export type FindingMarkBody = {
  readonly v: 1;
  readonly what: 'finding-mark';
  /** The severity of the finding, so that a mark alone is a valid OCSF event. */
  readonly severity: FindingSeverity;
  /** The tenant of the finding, so that a feed of another tenant omits the mark. */
  readonly tenant: string;
} & Omit<FindingMark, 'index'>;

/** The body of an entry of kind `finding` with a person's assignment or comment. */
export type FindingNoteBody = {
  readonly v: 1;
  readonly what: 'finding-note';
  readonly severity: FindingSeverity;
  readonly tenant: string;
} & FindingNoteContent;

/** A note without its entry. `Omit` would merge the members of the union. */
export type FindingNoteContent = FindingNote extends infer Note
  ? Note extends FindingNote
    ? Omit<Note, 'index'>
    : never
  : never;

export function findingBody(fact: Omit<FindingRow, 'index'>): FindingBody {
  const { uid, detector, state, because, revision, draft } = fact;
  return { v: 1, what: 'finding', uid, detector, state, because, revision, draft };
}

/** Undefined for another form: the entry then has no meaning, but remains an entry. */
export function parseFinding(body: Json): Omit<FindingRow, 'index'> | undefined {
  if (body['what'] !== 'finding') return undefined;
  const { uid, detector, state, because, revision } = body;
  const draft = parseDraft(body['draft']);
  if (draft === undefined || typeof uid !== 'string' || typeof detector !== 'string')
    return undefined;
  if (state !== 'open' && state !== 'withdrawn') return undefined;
  if (typeof revision !== 'number') return undefined;
  return { uid, detector, state, because: textOrNull(because), revision, draft };
}

export function parseFindingMark(body: Json): Omit<FindingMark, 'index'> | undefined {
  if (body['what'] !== 'finding-mark') return undefined;
  const { uid, status, reason, untilMs, by, atMs } = body;
  if (typeof uid !== 'string' || typeof reason !== 'string' || typeof by !== 'string') {
    return undefined;
  }
  if (typeof status !== 'number' || !STATUSES.has(status) || typeof atMs !== 'number') {
    return undefined;
  }
  const until = typeof untilMs === 'number' ? untilMs : null;
  const verdict = VERDICTS.find((each) => each === body['verdict']);
  const said = { uid, status: status as FindingStatus, reason, untilMs: until, by, atMs };
  return verdict === undefined ? said : { ...said, verdict };
}

export function parseFindingNote(body: Json): FindingNoteContent | undefined {
  if (body['what'] !== 'finding-note') return undefined;
  const { uid, kind, assignee, text, by, atMs } = body;
  if (typeof uid !== 'string' || typeof by !== 'string' || typeof atMs !== 'number') {
    return undefined;
  }
  if (kind === 'comment' && typeof text === 'string') return { uid, by, atMs, kind, text };
  if (kind !== 'assignment' || (assignee !== null && typeof assignee !== 'string')) {
    return undefined;
  }
  return { uid, by, atMs, kind, assignee };
}

/** What a mark or note states about its finding. Older marks state nothing. */
export function markedFinding({ severity, tenant }: Json): {
  readonly severity: FindingSeverity | undefined;
  readonly tenant: string | undefined;
} {
  const isSeverity = typeof severity === 'number' && SEVERITIES.has(severity);
  return {
    severity: isSeverity ? (severity as FindingSeverity) : undefined,
    tenant: typeof tenant === 'string' ? tenant : undefined,
  };
}

const STATUSES: ReadonlySet<number> = new Set([1, 2, 3, 4]);
const SEVERITIES: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]);

function parseDraft(value: unknown): FindingDraft | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const draft = value as Json;
  const { rule, version, tenant, group, windowMs, title, message, next } = draft;
  const { severity, firstMs, lastMs, confidence } = draft;
  const texts = [rule, tenant, group, title, message, next];
  if (texts.some((text) => typeof text !== 'string')) return undefined;
  const numbers = [version, windowMs, firstMs, lastMs];
  if (!numbers.every((number) => Number.isSafeInteger(number))) return undefined;
  if (typeof severity !== 'number' || !SEVERITIES.has(severity)) return undefined;
  return {
    rule: rule as string,
    version: version as number,
    tenant: tenant as TenantId,
    group: group as string,
    windowMs: windowMs as number,
    title: title as string,
    message: message as string,
    next: next as string,
    severity: severity as FindingSeverity,
    techniques: textsOf(draft['techniques']),
    entries: numbersOf(draft['entries']),
    firstMs: firstMs as number,
    lastMs: lastMs as number,
    principals: textsOf(draft['principals']),
    sessions: textsOf(draft['sessions']),
    apps: textsOf(draft['apps']),
    addresses: textsOf(draft['addresses']),
    confidence: typeof confidence === 'number' ? confidence : null,
  };
}

/** Members in a fixed order, so that the same draft has the same text. */
export function draftText(draft: FindingDraft): string {
  return JSON.stringify(parseDraft(draft));
}

type Json = { readonly [name: string]: unknown };

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => Number.isSafeInteger(item)) : [];
}
