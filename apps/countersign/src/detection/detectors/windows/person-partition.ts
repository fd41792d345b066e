/**
 * Some of all people. Groups of numbers the engine puts aside where they are too many, but not any
 * number of them: of a large company they are made of some people after the others.
 */
export type PersonPartition = { readonly part: number; readonly of: number };

/** As many as it takes to have no more than so many rows in each. */
export function partsFor(rows: number, together: number): number {
  return Math.max(1, Math.ceil(rows / together));
}

export function partsOf(of: number): PersonPartition[] {
  return Array.from({ length: of }, (_, part) => ({ part, of }));
}

/** SQL of whether a person is of a part. */
export function isOfSql(person: string, { part, of }: PersonPartition): string {
  return of === 1 ? 'true' : `hash(${person}) % ${of} = ${part}`;
}
