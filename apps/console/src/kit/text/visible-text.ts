/** Longer names are attacks on the layout, or mistakes. */
const CLUSTERS_MAX = 200;

/** A cluster can have any number of combining marks. */
const CHARACTERS_MAX = 2000;

/**
 * C0 and C1 controls, zero-width and direction characters, and tags: what makes text look like
 * other text (Unicode TR36).
 */
const HIDDEN = new RegExp(
  [
    ...['[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e'],
    ...['\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]|[\\u{e0000}-\\u{e007f}]'],
  ].join(''),
  'gu',
);

/** Hidden characters as `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** The first 200 grapheme clusters of a text. */
export function cutText(text: string): { readonly start: string; readonly isCut: boolean } {
  if (text.length <= CLUSTERS_MAX) return { start: text, isCut: false };
  const head = text.slice(0, CHARACTERS_MAX);
  let clusters = 0;
  for (const { index } of new Intl.Segmenter('en').segment(head)) {
    if (clusters === CLUSTERS_MAX) return { start: head.slice(0, index), isCut: true };
    clusters += 1;
  }
  return { start: head, isCut: head.length < text.length };
}
