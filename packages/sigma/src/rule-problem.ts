/** Where something stands: 1-based, as editors count. */
export type SourcePosition = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

/** What is wrong with a rule, and how to mend it. `warning`: the rule works all the same. */
export type RuleProblem = {
  readonly place: SourcePosition;
  /** Title or id of the rule, where it could be read. */
  readonly rule: string | null;
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly cure: string;
};

/** Ends the reading of one rule; the others go on. Never leaves this folder. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly cure: string;
  readonly path: readonly (string | number)[];

  /** `path`: from the document to what is wrong. */
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
