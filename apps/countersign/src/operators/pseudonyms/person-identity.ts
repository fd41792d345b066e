/**
 * An address in the form by which SharePoint names personal sites, so that
 * `vivian.castellan@contoso.example` and `/personal/vivian_castellan_contoso_example` are one
 * person.
 */
export function addressIdentity(address: string): string {
  const plain = address.replaceAll(/%40|\\u0040|&#64;/g, '@');
  return plain
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '_');
}

/** Of a name that is no address: an object id, a display name, a SID. */
export function nameIdentity(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The words of a name: `vivian.castellan` and `Vivian Castellan` have the same. */
export function wordsOf(name: string): readonly string[] {
  return Array.from(name.normalize('NFKC').matchAll(WORD), ([word]) => word.toLowerCase());
}

export const WORD: RegExp = /[\p{L}\p{M}'’]+/gu;

/** The part of an address before its sign. */
export function localPartOf(address: string): string {
  return address.replace(/(?:@|%40|\\u0040|&#64;).*$/s, '');
}
