/**
 * Invisible characters, and those that change how others appear: controls, bidi overrides and
 * isolates, zero-width and other ignorable characters, separators, lone surrogates.
 *
 * A name in a record can contain them, to hide or forge the text beside it.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text on one line, with each invisible character written out, such as `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) as number;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
