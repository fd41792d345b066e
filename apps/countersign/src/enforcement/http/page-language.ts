/** The languages of pages for people. */
const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The browser's first available language. Its q-values practically always descend. */
export function languageOf(accept: string | undefined): Language {
  const ranges = (accept ?? '').slice(0, 200).toLowerCase().split(',');
  const tags = ranges.map((each) => each.trim().slice(0, 2));
  return tags.flatMap((tag) => LANGUAGES.find((known) => known === tag) ?? [])[0] ?? 'en';
}

/** Escapes text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
