/**
 * A part of all people. The engine spills groups only up to a number, so a large company is grouped
 * part by part.
 */
export type PersonPartition = { readonly part: number; readonly of: number };

/** The number of parts so that each has at most `together` rows. */
export function partsFor(rows: number, together: number): number {
  return Math.max(1, Math.ceil(rows / together));
}

export function partsOf(of: number): PersonPartition[] {
  return Array.from({ length: of }, (_, part) => ({ part, of }));
}

/** SQL condition that a person belongs to a part. */
export function isOfSql(person: string, { part, of }: PersonPartition): string {
  return of === 1 ? 'true' : `hash(${person}) % ${of} = ${part}`;
}
