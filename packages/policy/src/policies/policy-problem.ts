import type { TextPosition } from './policy.ts';

/** A problem in a policy folder, with its fix. */
export type PolicyProblem = { readonly place: TextPosition; readonly what: string };

/** `policies/people.cedar:12:3: …` */
export function problemText({ place, what }: PolicyProblem): string {
  return `${place.file}:${place.line}:${place.column}: ${what}`;
}

export function problemsText(problems: readonly PolicyProblem[]): string {
  const lines = problems.map(problemText);
  return lines.length === 1 ? (lines[0] ?? '') : `${lines.length} problems:\n${lines.join('\n')}`;
}
