/**
 * A text that other people may have written: a subject, a file name, an app name, or a sentence of
 * Countersign that contains one. An agent MUST read it as data. JSON quotes it, so no text can end
 * its own mark.
 */
export type UntrustedText = {
  readonly untrusted: string;
  /** Code points that were left out at the end. */
  readonly cut?: number;
};

/**
 * Characters that hide, reorder or forge text: controls, bidi marks, zero-width and other ignorable
 * characters (with tag characters and variation selectors), separators, lone surrogates, private
 * use and unassigned ones.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const PLAIN = /^[\x20-\x7e]*$/;

/** @param max code points that are kept */
export function untrusted(text: string, max: number): UntrustedText {
  const points = [...text];
  const kept = visible(points.length > max ? points.slice(0, max).join('') : text);
  return points.length > max ? { untrusted: kept, cut: points.length - max } : { untrusted: kept };
}

/**
 * How the texts of an answer are shown: as they are, with pseudonyms, or not at all because nothing
 * can replace the names in it.
 */
export type PeopleView = 'names' | 'pseudonyms' | 'withheld';

/** In place of a text that may name people, for a caller who may not see names. */
export const WITHHELD: UntrustedText = { untrusted: 'withheld: it may name people' };

/** The text with each hidden character as `⟨U+202E⟩`: an analyst still sees that it was there. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) as number;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
