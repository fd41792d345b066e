import type { Batch } from '../feeds/batch-store.ts';

/** Two shapes of content ids in the vendor's documentation. Clients must treat both as opaque. */
export type ContentIdShape = 'long' | 'dated';

/** The parts of an id that locate its batch. */
export type ContentKey = { readonly availableMs: number; readonly serial: string };

/** Milliseconds since this time have twelve digits until 2033. */
const EPOCH_MS = 1_000_000_000_000;

export function contentIdOf(batch: Batch, shape: ContentIdShape): string {
  const { availableMs, serial } = batch;
  if (shape === 'long') {
    const ms = String(availableMs - EPOCH_MS).padStart(12, '0');
    const hour = digitsOf(availableMs).slice(0, 10);
    return `${ms}$${ms}$${serial}${reversed(serial)}${hour}$${reversed(serial)}${serial}$04`;
  }
  const name = batch.feed.slice('activity/'.length).replace('.', '_');
  const moment = `${digitsOf(availableMs)}${shortOf(serial)}`;
  return `${moment}$${moment}$${name.toLowerCase()}$${name}`;
}

/** Undefined if the text was never an id. */
export function contentKeyOf(contentId: string): ContentKey | undefined {
  const long = /^(\d{12})\$\1\$([0-9a-f]{32})[0-9a-f]{32}\d{10}\$[0-9a-f]{64}\$04$/.exec(contentId);
  if (long !== null) {
    return { availableMs: Number(long[1]) + EPOCH_MS, serial: long[2] as string };
  }
  const dated = /^(\d{17})(\d{6})\$\1\2\$(?:audit|dlp)_[a-z]+\$\w+$/.exec(contentId);
  if (dated === null) return undefined;
  const d = dated[1] as string;
  const availableMs = Date.UTC(
    Number(d.slice(0, 4)),
    Number(d.slice(4, 6)) - 1,
    Number(d.slice(6, 8)),
    Number(d.slice(8, 10)),
    Number(d.slice(10, 12)),
    Number(d.slice(12, 14)),
    Number(d.slice(14, 17)),
  );
  return { availableMs, serial: dated[2] as string };
}

export function isBatchOf(batch: Batch, key: ContentKey): boolean {
  if (batch.availableMs !== key.availableMs) return false;
  return batch.serial === key.serial || shortOf(batch.serial) === key.serial;
}

/** Six decimal digits. With the millisecond they identify one batch. */
function shortOf(serial: string): string {
  return String(Number.parseInt(serial.slice(0, 8), 16) % 1_000_000).padStart(6, '0');
}

/** `yyyyMMddHHmmssSSS`. */
function digitsOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '');
}

function reversed(text: string): string {
  return text.split('').reverse().join('');
}
