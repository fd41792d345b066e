import { visible } from './visible-text.ts';

/** Markup that is safe to print. All other values are text and are escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlPart = string | number | null | Html | readonly HtmlPart[];

/** A template that escapes its values, so that no text of a record becomes markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  return new Html(
    strings.reduce((markup, literal, i) => markup + partOf(values[i - 1] ?? null) + literal),
  );
}

function partOf(value: HtmlPart): string {
  if (value === null) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(partOf).join('');
  return escaped(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}
