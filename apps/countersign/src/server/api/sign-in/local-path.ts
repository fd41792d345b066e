/** A longer path is no page of ours. */
const PATH_CHARACTERS_MAX = 2000;

/**
 * The path to which a browser returns after a sign-in; `/` for anything that could lead to another
 * site: `//host`, `/\host`, another scheme, or control characters, which browsers remove.
 */
export function localPath(text: string | undefined): string {
  if (text === undefined || text.length > PATH_CHARACTERS_MAX) return '/';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  if (!/^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(text)) return '/';
  return text;
}
