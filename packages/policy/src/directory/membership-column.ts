const IN = 'in ';
const SUITE = 'suite ';

/** Sources that are the suite's own word, and not the company's. */
const SUITE_SOURCE = 'graph/';

/**
 * Where a source's word about an attribute is kept: the suite's beside the company's, so that
 * neither overrules the other by being read last.
 */
export function columnOf(attribute: string, source: string): string {
  return source.startsWith(SUITE_SOURCE) ? suiteColumn(attribute) : attribute;
}

export function suiteColumn(attribute: string): string {
  return SUITE + attribute;
}

/** The column that says in which things of a type each is, where its source states that. */
export function membershipColumn(into: string): string {
  return `${IN}${into}`;
}

export function containerOf(column: string): string | undefined {
  return column.startsWith(IN) ? column.slice(IN.length) : undefined;
}
