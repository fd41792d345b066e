import { HINT_CHARACTERS_MAX, PARAMETERS_MAX, VALUE_CHARACTERS_MAX } from './limits.ts';

/** Parameters by name, each once. */
export type Form = ReadonlyMap<string, string>;

/** These hold a token or a document; all others are ids. */
const LONG: ReadonlySet<string> = new Set(['id_token_hint', 'claims', 'credential']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a posted form; undefined if it is not one.
 *
 * A repeated name is refused: two readers that pick different values would let a request pass a
 * check.
 */
export function parseForm(contentType: string | undefined, body: Uint8Array): Form | undefined {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(contentType?.trim() ?? '')) {
    return undefined;
  }
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return undefined;
  }
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const max = LONG.has(name) ? 4 * HINT_CHARACTERS_MAX : VALUE_CHARACTERS_MAX;
    if (form.has(name) || value.length > max || form.size >= PARAMETERS_MAX) return undefined;
    // Control characters have no place in a parameter that reaches headers, pages and logs.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) return undefined;
    form.set(name, value);
  }
  return form;
}
