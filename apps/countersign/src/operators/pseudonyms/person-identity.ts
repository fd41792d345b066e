/**
 * An address in the form by which SharePoint names personal sites, so that
 * `vivian.castellan@contoso.example` and `/personal/vivian_castellan_contoso_example` are one
 * person.
 */
export function addressIdentity(address: string): string {
  const plain = address.replaceAll(/%40|\\u0040|&#64;/g, '@');
  if (isAscii(plain)) return plain.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  return plain
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '_');
}

/** Of a name that is no address: an object id, a display name, a SID. */
export function nameIdentity(name: string): string {
  const normal = isAscii(name) ? name : name.normalize('NFKC');
  return normal.trim().toLowerCase();
}

/** The words of a name: `vivian.castellan` and `Vivian Castellan` have the same. */
export function wordsOf(name: string): readonly string[] {
  // Letters of ASCII are their own normal form, and most names have no others.
  if (isAscii(name)) return name.toLowerCase().match(ASCII_WORD) ?? NO_WORDS;
  return Array.from(name.normalize('NFKC').matchAll(WORD), ([word]) => word.toLowerCase());
}

function isAscii(text: string): boolean {
  return !OTHER_CHARACTER.test(text);
}

const OTHER_CHARACTER = /[\u0080-\uffff]/;
const NO_WORDS: readonly string[] = [];
/** What {@link WORD} matches in lower-case ASCII. */
const ASCII_WORD = /[a-z']+/g;

export const WORD: RegExp = /[\p{L}\p{M}'’]+/gu;

/** The part of an address before its sign. */
export function localPartOf(address: string): string {
  return address.replace(/(?:@|%40|\\u0040|&#64;).*$/s, '');
}
