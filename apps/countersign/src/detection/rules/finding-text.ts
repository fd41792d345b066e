/** Placeholders that are not fields of the record. */
const OWN_WORDS: ReadonlySet<string> = new Set(['actor', 'target', 'object', 'address', 'app']);

const WORD = /\{([\w.]+)\}/g;
const OPTIONAL = /\[([^[\]]*)\]/g;

/**
 * Fills placeholders such as `{actor}` or `{param.ForwardTo}` in a rule's text. A part in brackets
 * is omitted if the records lack one of its values: `{actor} forwarded mail[ to {object}]`.
 */
export function filledIn(text: string, words: (name: string) => string | undefined): string {
  const isStated = (part: string): boolean =>
    [...part.matchAll(WORD)].every(([, name = '']) => words(name) !== undefined);
  return text
    .replaceAll(OPTIONAL, (_, part: string) => (isStated(part) ? part : ''))
    .replaceAll(WORD, (_, name: string) => words(name) ?? '(not stated)');
}

/** Record fields that a rule's texts name. */
export function fieldsNamedIn(texts: {
  readonly says: string | null;
  readonly next: string;
}): readonly string[] {
  const named = `${texts.says ?? ''} ${texts.next}`.matchAll(WORD);
  const fields = [...named].flatMap(([, name = '']) => (OWN_WORDS.has(name) ? [] : [name]));
  return [...new Set(fields)];
}
