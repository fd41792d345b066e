import { htmlPage } from '../http/html-page.ts';
import { escapeHtml, type Language, languageOf } from '../http/page-language.ts';

/** Why access is denied, as the denied person may know it. The reference leads to the details. */
export type Refusal = 'denied' | 'unknown' | 'unavailable';

type Words = {
  readonly title: string;
  readonly because: Readonly<Record<Refusal, string>>;
  readonly next: string;
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: 'You cannot open this page',
    because: {
      denied: 'Your company’s policy does not allow it.',
      unknown: 'We cannot tell whether your company’s policy allows it.',
      unavailable: 'Your company’s policy service is not available. Try again in a few minutes.',
    },
    next: 'If you need it for your work, give this reference to your help desk:',
  },
  de: {
    title: 'Sie können diese Seite nicht öffnen',
    because: {
      denied: 'Die Regeln Ihres Unternehmens erlauben es nicht.',
      unknown: 'Es ließ sich nicht feststellen, ob die Regeln Ihres Unternehmens es erlauben.',
      unavailable:
        'Die Regeln Ihres Unternehmens ließen sich nicht abfragen. ' +
        'Versuchen Sie es in einigen Minuten wieder.',
    },
    next: 'Wenn Sie sie für Ihre Arbeit brauchen, nennen Sie Ihrem Helpdesk diese Referenz:',
  },
};

/** A page without scripts, images and external resources. */
export function refusalPage(
  refusal: Refusal,
  reference: string | undefined,
  acceptLanguage: string | undefined,
): string {
  const language = languageOf(acceptLanguage);
  const { title, because, next } = WORDS[language];
  const help =
    reference === undefined
      ? ''
      : `<p>${escapeHtml(next)}</p>\n<p><code>${escapeHtml(reference)}</code></p>\n`;
  const main = `<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(because[refusal])}</p>
${help}`;
  return htmlPage({ language, title, style: STYLE, main });
}

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}' +
  'main{max-width:38rem;margin:12vh auto;padding:0 1.5rem}h1{font-size:1.6rem}' +
  'code{font-size:1rem;overflow-wrap:anywhere}' +
  '@media(prefers-color-scheme:dark){body{color:#f2f2f2;background:#1b1b1b}}';
