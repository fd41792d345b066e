/** A position: 1-based, as in editors. */
export type SourcePosition = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

/** What is wrong with a rule, and how to fix it. `warning`: the rule still works. */
export type RuleProblem = {
  readonly place: SourcePosition;
  /** Title or id of the rule, if readable. */
  readonly rule: string | null;
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly cure: string;
};

/** Ends the parsing of one rule; the others continue. Never leaves this package. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly cure: string;
  readonly path: readonly (string | number)[];

  /** `path`: from the document to the problem. */
  constructor(path: readonly (string | number)[], what: string, cure: string) {
    super(what);
    this.path = path;
    this.cure = cure;
  }
}

/** `rules/a.yml:7:3: error: …; …` */
export function problemText({ place, severity, what, cure, rule }: RuleProblem): string {
  const at = `${place.file}:${place.line}:${place.column}`;
  return `${at}: ${severity}: ${rule === null ? '' : `"${rule}": `}${what}; ${cure}`;
}
