import { CountersignError, instant, type TenantId, tenantId } from '@countersign/core';
import { InvalidArgumentError } from 'commander';

/** Parsers of option values, for commander: a bad value becomes one sentence and exit code 2. */

export const tenantOption = (text: string): TenantId => parsed(() => tenantId(text));

/** A time in the normal form; a date alone is its first instant, UTC. */
export const instantOption = (text: string): string => parsed(() => instant(text));

/** The index of an entry, as any screen prints it: `3370`, `3,370` or `#3370`. */
export function indexArgument(text: string): number {
  const digits = /^#?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})$/.exec(text.trim())?.[1];
  if (digits === undefined) {
    throw new InvalidArgumentError('Give the index of an entry: 0 or a higher whole number.');
  }
  return Number(digits.replaceAll(',', ''));
}

/** An entry; with the origin of its log where that is given: `countersign.local/1a2b#3370`. */
export type EntryReference = { readonly index: number; readonly origin?: string };

export function entryReference(text: string): EntryReference {
  const at = text.lastIndexOf('#');
  if (at <= 0) return { index: indexArgument(text) };
  return { index: indexArgument(text.slice(at)), origin: text.slice(0, at).trim() };
}

export function entryReferences(
  text: string,
  before: readonly EntryReference[] = [],
): readonly EntryReference[] {
  return [...before, entryReference(text)];
}

export function indicesArgument(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, indexArgument(text)];
}

/** For an option that may be given more than once. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `127.0.0.1:8080`, `[::1]:8080`, or a port alone, which listens on loopback. */
export function listenOption(text: string): { host: string; port: number } {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError('Give HOST:PORT, or a port to listen on loopback.');
  }
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text);
    if (found === undefined) {
      throw new InvalidArgumentError(`Give one of ${allowed.join(', ')}.`);
    }
    return found;
  };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CountersignError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
