/**
 * What nobody can see or what changes how the rest is shown: controls, bidi overrides and
 * isolates, zero-width and other ignorable characters, separators, halves of surrogate pairs. A
 * record may hold any of them in any name: shown raw, they would hide or forge what is beside them.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text on one line, with every invisible character written out, as `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) as number;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
