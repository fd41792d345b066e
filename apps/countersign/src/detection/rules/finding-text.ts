/** Words that a text may name without a field of the record. */
const OWN_WORDS: ReadonlySet<string> = new Set(['actor', 'target', 'object', 'address', 'app']);

const WORD = /\{([\w.]+)\}/g;
const OPTIONAL = /\[([^[\]]*)\]/g;

/**
 * Fills `{actor}`, `{target}` or `{param.ForwardTo}` into a text of a rule. A part in brackets is
 * left out where the records do not state a word in it: `{actor} forwarded mail[ to {object}]`.
 */
export function filledIn(text: string, words: (name: string) => string | undefined): string {
  const isStated = (part: string): boolean =>
    [...part.matchAll(WORD)].every(([, name = '']) => words(name) !== undefined);
  return text
    .replaceAll(OPTIONAL, (_, part: string) => (isStated(part) ? part : ''))
    .replaceAll(WORD, (_, name: string) => words(name) ?? '(not stated)');
}

/** Fields of the record that the texts of a rule name. */
export function fieldsNamedIn(texts: {
  readonly says: string | null;
  readonly next: string;
}): readonly string[] {
  const named = `${texts.says ?? ''} ${texts.next}`.matchAll(WORD);
  const fields = [...named].flatMap(([, name = '']) => (OWN_WORDS.has(name) ? [] : [name]));
  return [...new Set(fields)];
}
