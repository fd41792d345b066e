/** The languages that pages for people are written in. */
const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first language of the browser that there is; q-values are as good as always descending. */
export function languageOf(accept: string | undefined): Language {
  const asked = (accept ?? '').slice(0, 200).toLowerCase().split(',');
  const tags = asked.map((each) => each.trim().slice(0, 2));
  return tags.flatMap((tag) => LANGUAGES.find((known) => known === tag) ?? [])[0] ?? 'en';
}

/** For text and for attributes in quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
