import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Chunk, CollectWindow, DeliveredAs } from '@countersign/m365';

/** How to parse a reject's bytes: what its file stated once for all rows. */
export type ReadAs = Pick<Chunk, 'form' | 'columns' | 'delimiter'> & {
  /** The import's tenant for records that state none. */
  readonly tenant: string | null;
};

/** The window that lacks a quarantined piece of a collector. */
export type IncompleteWindow = Pick<CollectWindow, 'collector' | 'source' | 'tenant' | 'axis'> & {
  /** Sources mixed into the same feed. They lack the piece as well. */
  readonly alsoSources: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
};

export type CollectedPiece = {
  readonly window: IncompleteWindow;
  /** The id of the content that contained the piece. */
  readonly content: string;
  readonly delivered: DeliveredAs;
};

/** Input that could not be read, with the reason. Bytes up to a limit are kept for a retry. */
export type QuarantinedItem = {
  readonly file: string;
  readonly at: string;
  readonly reason: string;
  /** Index of the `begun` entry; null if nothing of the file was read. */
  readonly import: number | null;
  /** Null if there are no bytes to parse; then a retry reads the file again. */
  readonly readAs: ReadAs | null;
  /** Base64 of the bytes, or null if they exceed {@link QUARANTINED_BYTES_MAX}. */
  readonly bytes: string | null;
  /** Only for a collector's piece; there `import` is null. */
  readonly collected?: CollectedPiece;
  /** The piece was erased, so its window stays incomplete for good. */
  readonly erased?: true;
};

/** A file in the quarantine folder. */
export type QuarantineFile = {
  readonly name: string;
  readonly item: QuarantinedItem;
  readonly bytes: Buffer;
  readonly quarantinedMs: number;
};

/** Of a larger reject only position and reason are kept. Its file still has the bytes. */
const QUARANTINED_BYTES_MAX: number = 1024 * 1024;

/**
 * Quarantines a reject under a name derived from its content, and returns the name.
 *
 * So reading the same broken file again adds nothing. A crash between write and rename leaves a
 * temporary file that is ignored: the interrupted import will be run again.
 */
export function quarantineItem(
  dir: string,
  reject: Omit<QuarantinedItem, 'bytes'>,
  bytes: Uint8Array | null,
): string {
  const kept = bytes !== null && bytes.byteLength <= QUARANTINED_BYTES_MAX ? bytes : null;
  const digest = createHash('sha256')
    .update(`${reject.file}\n${reject.at}\n`)
    .update(kept ?? '')
    .digest('hex');
  const name = `${digest.slice(0, 32)}.json`;
  const path = join(folderOf(dir), name);
  // Keep the first reason. The second may only say that the file is gone.
  if (existsSync(path)) return name;
  mkdirSync(folderOf(dir), { recursive: true, mode: 0o700 });
  const quarantined: QuarantinedItem = {
    ...reject,
    bytes: kept === null ? null : Buffer.from(kept).toString('base64'),
  };
  writeFileSync(`${path}.tmp`, JSON.stringify(quarantined), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  return name;
}

/** Lists all quarantine files in a stable order. */
export function* listQuarantined(dir: string): Generator<QuarantineFile> {
  for (const name of namesIn(folderOf(dir))) yield readQuarantined(dir, name);
}

/** Without reading any of them. */
export function countQuarantined(dir: string): number {
  return namesIn(folderOf(dir)).length;
}

export function readQuarantined(dir: string, name: string): QuarantineFile {
  const path = join(folderOf(dir), name);
  const item = parse(readFileSync(path, 'utf8'));
  const bytes = Buffer.from(item.bytes ?? '', 'base64');
  return { name, item, bytes, quarantinedMs: statSync(path).mtimeMs };
}

/**
 * Erases quarantine files.
 *
 * An anonymous marker remains for each missing piece. Otherwise its window would look complete once
 * the other pieces are read.
 */
export function eraseQuarantined(dir: string, names: Iterable<string>): void {
  for (const name of names) {
    const path = join(folderOf(dir), name);
    if (!existsSync(path)) continue;
    const { collected } = parse(readFileSync(path, 'utf8'));
    if (collected !== undefined) leaveTrace(dir, collected);
    rmSync(path, { force: true });
  }
}

function leaveTrace(dir: string, { window, delivered }: CollectedPiece): void {
  const trace: QuarantinedItem = {
    ...{ file: window.source, at: '', reason: 'erased', import: null, readAs: null, bytes: null },
    collected: { window, content: '', delivered },
    erased: true,
  };
  const text = JSON.stringify(trace);
  const path = join(folderOf(dir), `${createHash('sha256').update(text).digest('hex')}.json`);
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

export function removeQuarantined(dir: string, names: Iterable<string>): void {
  for (const name of names) rmSync(join(folderOf(dir), name), { force: true });
}

function folderOf(dir: string): string {
  return join(dir, 'quarantine');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    // Nothing was ever quarantined.
    return [];
  }
}

/** A foreign or truncated file must still be searchable, so its text becomes the reason. */
function parse(text: string): QuarantinedItem {
  const unknown = { file: '', at: '', import: null, readAs: null, bytes: null };
  try {
    const { collected, ...quarantined } = JSON.parse(text) as Partial<QuarantinedItem>;
    const piece = isCollectedPiece(collected) ? { collected } : {};
    return { ...unknown, reason: '', ...quarantined, ...piece };
  } catch {
    return { ...unknown, reason: text };
  }
}

/** A piece without a usable window may belong to any window, so all stay incomplete. */
function isCollectedPiece(value: unknown): value is CollectedPiece {
  const { window, content, delivered } = (value ?? {}) as Partial<CollectedPiece>;
  const { source, tenant, alsoSources, fromMs, toMs } = window ?? {};
  const texts: readonly unknown[] = [content, source, tenant, delivered?.tenant, delivered?.family];
  return (
    texts.every((text) => typeof text === 'string') &&
    Array.isArray(alsoSources) &&
    Number.isFinite(fromMs) &&
    Number.isFinite(toMs)
  );
}
