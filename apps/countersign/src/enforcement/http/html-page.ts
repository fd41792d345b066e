import { escapeHtml, type Language } from './page-language.ts';

export type HtmlPage = {
  readonly language: Language;
  readonly title: string;
  readonly style: string;
  /** Undefined: the content security policy allows the style without one. */
  readonly nonce?: string;
  /** HTML inside the `main` element, and after it. */
  readonly main: string;
  readonly scripts?: string;
};

/** A page for people that loads nothing from elsewhere. */
export function htmlPage({ language, title, style, nonce, main, scripts = '' }: HtmlPage): string {
  const nonceAttribute = nonce === undefined ? '' : ` nonce="${nonce}"`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style${nonceAttribute}>${style}</style>
</head>
<body>
<main>
${main}</main>
${scripts}</body>
</html>
`;
}
