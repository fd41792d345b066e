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

/** How the bytes of a reject were to be read: what its file said once, for all its rows. */
export type ReadAs = Pick<Chunk, 'form' | 'columns' | 'delimiter'> & {
  /** The tenant of records that state none, as the import was told. */
  readonly tenant: string | null;
};

/** Whose window is short of a piece that a collector fetched. */
export type IncompleteWindow = Pick<CollectWindow, 'collector' | 'source' | 'tenant' | 'axis'> & {
  /** What comes mixed with the source is short of it as well. */
  readonly alsoSources: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
};

export type CollectedPiece = {
  readonly window: IncompleteWindow;
  /** The content that it was a piece of. */
  readonly content: string;
  readonly delivered: DeliveredAs;
};

/**
 * What could not be read, and why. The bytes are kept up to a limit, so that a retry is possible.
 */
export type QuarantinedItem = {
  readonly file: string;
  readonly at: string;
  readonly reason: string;
  /** Index of the `begun` entry; null when nothing of the file was read. */
  readonly import: number | null;
  /** Null where there are no bytes to be read: then the file itself has to be read again. */
  readonly readAs: ReadAs | null;
  /** Base64 of the bytes, or null when they were over {@link QUARANTINED_BYTES_MAX}. */
  readonly bytes: string | null;
  /** Only of what a collector fetched; there `import` is null. */
  readonly collected?: CollectedPiece;
  /** It was erased, and the window is short of it for good. */
  readonly erased?: true;
};

/** What lies in the folder under a name. */
export type QuarantineFile = {
  readonly name: string;
  readonly item: QuarantinedItem;
  readonly bytes: Buffer;
  readonly quarantinedMs: number;
};

/** A reject larger than this keeps its place and reason alone; the file itself still has it. */
const QUARANTINED_BYTES_MAX: number = 1024 * 1024;

/**
 * Parks one reject under a name made from what it is, which is returned: reading the same broken
 * file again parks nothing twice. A crash between write and rename leaves a temporary file that the
 * next start ignores: the import that wrote it did not end, and will be run again.
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
  // The first reason is why it is here; the second may be no more than that the file is gone.
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

/** All that is quarantined, in an order that does not change. */
export function* listQuarantined(dir: string): Generator<QuarantineFile> {
  for (const name of namesIn(folderOf(dir))) yield readQuarantined(dir, name);
}

export function readQuarantined(dir: string, name: string): QuarantineFile {
  const path = join(folderOf(dir), name);
  const item = parse(readFileSync(path, 'utf8'));
  const bytes = Buffer.from(item.bytes ?? '', 'base64');
  return { name, item, bytes, quarantinedMs: statSync(path).mtimeMs };
}

/**
 * Removes pieces for good. That a window is short of one outlives it, under a name that is made of
 * nothing that was in it: otherwise the window would be whole once the others can be read.
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

/** A file that somebody else wrote, or that was cut, is still searched: its text is its reason. */
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

/** What says nothing that can be used of its window may be of any: none is whole then. */
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
