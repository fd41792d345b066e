import { type EntryKind, msOfInstant } from '@countersign/core';
import { parseObservation } from '@countersign/coverage';
import { parseErasure } from '@countersign/ledger/reader';
import type { CoverageRow, EntryRows, ImportRow } from '../store/rows/entry-rows.ts';
import { clockRestartOf } from './entries/clock-restart.ts';
import { clockStepCoverage } from './entries/clock-steps.ts';
import { decisionFacts, passFacts } from './entries/decision-rows.ts';
import { parseFinding, parseFindingMark, parseFindingNote } from './entries/finding-body.ts';
import { parseInventoryBody } from './entries/inventory-body.ts';
import type { CoverageBody, ImportEnd, ImportStart } from './entries/own-entry.ts';

const NOTHING: EntryRows = {};

/**
 * What an entry of our own means for the store. Total: a body that was erased or is of a form that
 * this version does not know means nothing, and is still an entry.
 */
export function projectEntry(
  index: number,
  entry: { readonly kind: EntryKind; readonly at: string; readonly body: Uint8Array },
): EntryRows {
  const acts = [{ index, kind: entry.kind }];
  const body = parse(entry.kind, entry.body);
  if (body === undefined) return { acts };
  return { acts, ...meaningOf(index, entry, body) };
}

function meaningOf(
  index: number,
  entry: { readonly kind: EntryKind; readonly at: string; readonly body: Uint8Array },
  body: Json,
): EntryRows {
  switch (entry.kind) {
    case 'import':
      return importFacts(index, msOfInstant(entry.at), body as ImportStart | ImportEnd);
    case 'coverage':
      return isObservation(body) ? observationFacts(index, body) : coverageFacts(index, body);
    case 'clock':
      return { clockRestart: clockRestartOf(index, body) };
    case 'act':
      return { coverage: clockStepCoverage(index, body) };
    case 'config':
      return inventoryFacts(index, body);
    case 'erasure':
      return erasureFacts(index, entry.body);
    case 'finding':
      return findingFacts(index, body);
    case 'decision':
      return decisionFacts(index, body);
    case 'pass':
      return passFacts(index, body);
    default:
      return NOTHING;
  }
}

function importFacts(index: number, atMs: number, body: ImportStart | ImportEnd): EntryRows {
  if (body.phase === 'begun') return NOTHING;
  const fact: ImportRow = {
    index,
    seenMs: atMs,
    file: body.file,
    bytes: body.size ?? 0,
    sha256: body.sha256 ?? '',
    by: `${body.who}@${body.host}`,
    origin: body.origin,
  };
  return { imports: [fact] };
}

function isObservation(body: Json): boolean {
  return body['v'] === 2;
}

/** An unknown form counts as a window that was not requested. */
function observationFacts(index: number, body: Json): EntryRows {
  const seen = parseObservation(body);
  return seen === undefined ? NOTHING : { observations: [{ index, seen }] };
}

function coverageFacts(index: number, body: Json): EntryRows {
  const coverage = (body as CoverageBody).rows.map(
    (row): CoverageRow => ({
      index,
      tenant: row.tenant,
      source: row.source,
      workload: row.workload,
      subject: row.subject,
      fromMs: msOfInstant(row.from),
      toMs: msOfInstant(row.to),
      state: row.state,
      bound: row.bound,
      because: row.because,
    }),
  );
  return { coverage };
}

function inventoryFacts(index: number, body: Json): EntryRows {
  const said = parseInventoryBody(body);
  if (said === undefined) return NOTHING;
  const { tenants, partners } = said;
  return { inventory: { index, tenants, partners } };
}

function findingFacts(index: number, body: Json): EntryRows {
  const said = parseFinding(body);
  if (said !== undefined) return { findings: [{ index, ...said }] };
  const mark = parseFindingMark(body);
  if (mark !== undefined) return { findingMarks: [{ index, ...mark }] };
  const note = parseFindingNote(body);
  return note === undefined ? NOTHING : { findingNotes: [{ index, ...note }] };
}

function erasureFacts(index: number, bytes: Uint8Array): EntryRows {
  const said = parseErasure(bytes);
  if (said === undefined) return NOTHING;
  const { by, atMs, entries, fromMs, toMs, tenants } = said;
  const reason = `${said.reason} (case ${said.case})`;
  return { erasures: [{ index, atMs, by, reason, entries, fromMs, toMs, tenants }] };
}

type Json = { readonly [name: string]: unknown };

function parse(kind: EntryKind, bytes: Uint8Array): Json | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null) return undefined;
    const { v } = value as Json;
    return v === 1 || (v === 2 && kind === 'coverage') ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
