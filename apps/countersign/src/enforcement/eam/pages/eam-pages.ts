import { htmlPage } from '../../http/html-page.ts';
import { escapeHtml, type Language } from '../../http/page-language.ts';
import { REGISTER_SCRIPT, SUBMIT_SCRIPT, USE_SCRIPT } from './page-script.ts';
import { type Notice, PAGE_TEXTS, type Refusal } from './page-text.ts';

/** A form that posts to Entra or to one of our endpoints. */
export type FormTarget = {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** The language of a page, and the nonce of its style and script. */
export type PageContext = { readonly language: Language; readonly nonce: string };

export type CeremonyPage = {
  readonly post: FormTarget;
  readonly refuse: FormTarget;
  readonly options: Readonly<Record<string, unknown>>;
  /** The name in Entra. It shows the person whose sign-in they confirm. */
  readonly personName: string;
  readonly notice: Notice | undefined;
};

/**
 * Asks for a passkey. The page differs only in the name, so it reveals nothing about the account.
 */
export function confirmPage(
  context: PageContext,
  page: CeremonyPage & { readonly enroll: FormTarget },
): string {
  const texts = PAGE_TEXTS[context.language];
  const body = `<h1>${escapeHtml(texts.confirmTitle)}</h1>
${personLine(page)}<p>${escapeHtml(texts.confirmText)}</p>
${noticeBox(context, page.notice)}${ceremonyForm(page.post, texts.confirmButton)}
<details${page.notice === 'bad-code' ? ' open' : ''}>
<summary>${escapeHtml(texts.codeSummary)}</summary>
<form method="post" action="${escapeHtml(page.enroll.action)}">
${hiddenFields(page.enroll.fields)}<p id="code-text">${escapeHtml(texts.codeText)}</p>
<label for="code">${escapeHtml(texts.codeLabel)}</label>
<input id="code" name="code" required autocomplete="one-time-code" autocapitalize="characters"
 spellcheck="false" maxlength="40" aria-describedby="code-text">
<button>${escapeHtml(texts.codeButton)}</button>
</form>
</details>
${linkForm(page.refuse, texts.refuseButton)}`;
  return renderDocument(context, {
    title: texts.confirmTitle,
    body,
    script: USE_SCRIPT,
    data: scriptData(context, page),
  });
}

export function registerPage(context: PageContext, page: CeremonyPage): string {
  const texts = PAGE_TEXTS[context.language];
  const body = `<h1>${escapeHtml(texts.registerTitle)}</h1>
${personLine(page)}<p>${escapeHtml(texts.registerText)}</p>
${noticeBox(context, page.notice)}${ceremonyForm(page.post, texts.registerButton)}
${linkForm(page.refuse, texts.refuseButton)}`;
  const { registerTitle: title } = texts;
  return renderDocument(context, {
    title,
    body,
    script: REGISTER_SCRIPT,
    data: scriptData(context, page),
  });
}

export type RefusalPage = {
  readonly refusal: Refusal;
  readonly reference: string | undefined;
  /** The form that reports the refusal to Entra; undefined if Entra sent no usable request. */
  readonly back: FormTarget | undefined;
};

export function refusalPage(
  context: PageContext,
  { refusal, reference, back }: RefusalPage,
): string {
  const texts = PAGE_TEXTS[context.language];
  const help =
    reference === undefined
      ? ''
      : `<p>${escapeHtml(texts.referenceText)}</p>
<p class="reference"><code>${escapeHtml(reference)}</code></p>\n`;
  const body = `<h1>${escapeHtml(texts.refusedTitle)}</h1>
<p>${escapeHtml(texts.reasons[refusal])}</p>
${help}${back === undefined ? '' : buttonForm(back, texts.backButton)}`;
  return renderDocument(context, { title: texts.refusedTitle, body });
}

/**
 * Posts the answer to Entra (OAuth 2.0 Form Post Response Mode). Its script submits the form;
 * without scripts, the person presses the button.
 */
export function answerPage(context: PageContext, answer: FormTarget): string {
  const texts = PAGE_TEXTS[context.language];
  const body = `<h1>${escapeHtml(texts.doneTitle)}</h1>
<p role="status">${escapeHtml(texts.doneText)}</p>
${buttonForm(answer, texts.doneButton)}`;
  return renderDocument(context, { title: texts.doneTitle, body, script: SUBMIT_SCRIPT });
}

function scriptData({ language }: PageContext, { options }: CeremonyPage): object {
  const { failed, unsupported } = PAGE_TEXTS[language];
  return { options, failed, unsupported };
}

function personLine({ personName }: CeremonyPage): string {
  return `<p class="who">${escapeHtml(personName)}</p>\n`;
}

function noticeBox({ language }: PageContext, notice: Notice | undefined): string {
  if (notice === undefined) return '';
  const role = notice === 'now-use-it' ? 'status' : 'alert';
  const text = escapeHtml(PAGE_TEXTS[language].notices[notice]);
  return `<p class="notice ${role}" role="${role}">${text}</p>\n`;
}

function ceremonyForm({ action, fields }: FormTarget, button: string): string {
  return `<p id="alert" class="notice alert" role="alert" hidden></p>
<form id="passkey" method="post" action="${escapeHtml(action)}">
${hiddenFields({ ...fields, credential: '' })}<button disabled>${escapeHtml(button)}</button>
</form>`;
}

function buttonForm({ action, fields }: FormTarget, button: string): string {
  return `<form method="post" action="${escapeHtml(action)}">
${hiddenFields(fields)}<button autofocus>${escapeHtml(button)}</button>
</form>`;
}

function linkForm({ action, fields }: FormTarget, button: string): string {
  return `<form method="post" action="${escapeHtml(action)}">
${hiddenFields(fields)}<button class="link">${escapeHtml(button)}</button>
</form>`;
}

function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const attributes = `name="${escapeHtml(name)}" value="${escapeHtml(value)}"`;
      return `<input type="hidden" ${attributes} autocomplete="off">\n`;
    })
    .join('');
}

type DocumentParts = {
  readonly title: string;
  readonly body: string;
  readonly script?: string;
  readonly data?: object;
};

function renderDocument(
  { language, nonce }: PageContext,
  { title, body, script, data }: DocumentParts,
): string {
  const needsScript = escapeHtml(PAGE_TEXTS[language].needsScript);
  const noScript =
    data === undefined ? '' : `<noscript><p class="notice alert">${needsScript}</p></noscript>\n`;
  // A closing tag inside the JSON would end the script element.
  const json = data === undefined ? '' : JSON.stringify(data).replaceAll('<', '\\u003c');
  const dataElement =
    data === undefined ? '' : `<script type="application/json" id="data">${json}</script>\n`;
  const scriptElement =
    script === undefined ? '' : `<script nonce="${nonce}">{${script}}</script>\n`;
  const main = `${body}\n${noScript}`;
  const scripts = `${dataElement}${scriptElement}`;
  return htmlPage({ language, title, style: STYLE, nonce, main, scripts });
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1b1f;--soft:#55555e;--ground:#f3f4f7;--card:#fff;
--line:#d5d7de;--act:#0b57c2;--on-act:#fff;--bad:#8f1d14;--bad-ground:#fdecea;
--good:#14532d;--good-ground:#e6f4ea}
@media(prefers-color-scheme:dark){:root{--ink:#f1f1f4;--soft:#b9bac4;--ground:#15161a;
--card:#202127;--line:#3c3e48;--act:#8ab4f8;--on-act:#10131a;--bad:#f6b3ac;--bad-ground:#3b1d1a;
--good:#b5e3c3;--good-ground:#16301f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;
background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans",sans-serif}
main{width:100%;max-width:27rem;margin:1rem;padding:2.25rem 2rem;background:var(--card);
border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem}
form{margin:1.25rem 0 0}
label{display:block;margin:0 0 .25rem;font-weight:600}
input:not([type=hidden]){width:100%;padding:.6rem .75rem;border:1px solid var(--soft);
border-radius:.4rem;background:var(--card);color:var(--ink);font:1.1rem/1.4 ui-monospace,monospace;
letter-spacing:.06em;text-transform:uppercase;margin:0 0 .75rem}
button{width:100%;padding:.7rem 1rem;border:0;border-radius:.4rem;background:var(--act);
color:var(--on-act);font:inherit;font-weight:600;cursor:pointer}
button:disabled{opacity:.55;cursor:default}
button.link{background:none;color:var(--act);font-weight:400;padding:.4rem;
text-decoration:underline}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
details{margin:1.25rem 0 0;padding:.75rem 0 0;border-top:1px solid var(--line)}
summary{cursor:pointer;color:var(--act);padding:.25rem 0}
details form{margin:.75rem 0 .5rem}
details p{color:var(--soft);font-size:.95rem}
.who{margin:-.5rem 0 1rem;color:var(--soft);overflow-wrap:anywhere}
.notice{padding:.7rem .9rem;border-radius:.4rem}
.alert{background:var(--bad-ground);color:var(--bad)}
.status{background:var(--good-ground);color:var(--good)}
.reference{font-size:1.35rem;letter-spacing:.05em}
code{font-family:ui-monospace,"Cascadia Mono",Consolas,monospace;overflow-wrap:anywhere}
`;
