const IN = 'in ';

/** The column that says in which things of a type each is, where its source states that. */
export function membershipColumn(into: string): string {
  return `${IN}${into}`;
}

export function containerOf(column: string): string | undefined {
  return column.startsWith(IN) ? column.slice(IN.length) : undefined;
}
