const IN = 'in ';
const SUITE = 'suite ';

/** Sources of the suite, in contrast to the company's own. */
const SUITE_SOURCE = 'graph/';

/**
 * The column of a source's statements about an attribute. The suite's column is separate from the
 * company's, so that reading order never decides between them.
 */
export function columnOf(attribute: string, source: string): string {
  return source.startsWith(SUITE_SOURCE) ? SUITE + attribute : attribute;
}

/** The attribute of a column of the suite; undefined for other columns. */
export function suiteAttributeOf(column: string): string | undefined {
  return column.startsWith(SUITE) ? column.slice(SUITE.length) : undefined;
}

/** The column with the memberships in a container type, if its source states them. */
export function membershipColumn(into: string): string {
  return `${IN}${into}`;
}

export function containerOf(column: string): string | undefined {
  return column.startsWith(IN) ? column.slice(IN.length) : undefined;
}
