import { plural, type Reason } from '@countersign/core';
import type { Principal } from '../identity/principal.ts';
import type { Scope } from '../reading/current-rows.ts';
import type { ErasureRow, ErasureSubjectTest } from '../rows/entry-rows.ts';

/** Every name by which an erasure may have selected this principal. */
export function namesOf({ uid, name, aliases }: Principal): string[] {
  return [uid, name, ...aliases.map(({ value }) => value)].filter((known) => known !== null);
}

/** Erasures of bodies whose event times may lie in the period. */
export function erasedWithin(
  erasures: readonly ErasureRow[],
  { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }: Scope,
): ErasureRow[] {
  return erasures.filter(
    (erasure) =>
      (erasure.fromMs ?? Number.NEGATIVE_INFINITY) < toMs &&
      (erasure.toMs ?? Number.POSITIVE_INFINITY) >= fromMs,
  );
}

/** Reasons why a person's list may be incomplete: bodies that named the person were erased. */
export function erasedReasons(
  erasures: readonly ErasureRow[],
  names: readonly string[],
  isSubject: ErasureSubjectTest | undefined,
): Reason[] {
  return erasures
    .filter(({ index }) => isSubject?.(index, names) === true)
    .map((erasure) => ({ code: 'erased', text: `of this person, ${erasureText(erasure)}` }));
}

/** Count, time, operator, reason and entry of an erasure. */
export function erasureText({ entries, atMs, by, reason, index }: ErasureRow): string {
  const bodies = plural(entries, 'body was', 'bodies were');
  const at = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  return `${bodies} erased on ${at} UTC by ${by}: ${reason} (entry ${index})`;
}
