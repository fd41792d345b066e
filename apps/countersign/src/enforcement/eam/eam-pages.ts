import { escaped, type Language } from '../http/page-language.ts';
import { REGISTER_SCRIPT, SUBMIT_SCRIPT, USE_SCRIPT } from './page-script.ts';
import { type Notice, type Refusal, WORDS } from './page-text.ts';

/** A form that posts to Entra or to one of our endpoints. */
export type Target = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/** The language of a page, and the nonce of its style and script. */
export type Frame = { readonly language: Language; readonly nonce: string };

export type CeremonyPage = {
  readonly post: Target;
  readonly refuse: Target;
  readonly options: Readonly<Record<string, unknown>>;
  /** The person's name in Entra, so that no person confirms for another unnoticed. */
  readonly who: string;
  readonly notice: Notice | undefined;
};

/**
 * The page is the same for every person except the name, so that it reveals nothing about the
 * account.
 */
export function provePage(frame: Frame, page: CeremonyPage & { readonly enroll: Target }): string {
  const words = WORDS[frame.language];
  const body = `<h1>${escaped(words.proveTitle)}</h1>
${whoOf(page)}<p>${escaped(words.proveText)}</p>
${noticeOf(frame, page.notice)}${ceremonyForm(page.post, words.proveButton)}
<details${page.notice === 'bad-code' ? ' open' : ''}>
<summary>${escaped(words.noPasskey)}</summary>
<form method="post" action="${escaped(page.enroll.action)}">
${hidden(page.enroll.fields)}<p id="code-text">${escaped(words.codeText)}</p>
<label for="code">${escaped(words.codeLabel)}</label>
<input id="code" name="code" required autocomplete="one-time-code" autocapitalize="characters"
 spellcheck="false" maxlength="40" aria-describedby="code-text">
<button>${escaped(words.codeButton)}</button>
</form>
</details>
${linkForm(page.refuse, words.cannot)}`;
  return html(frame, {
    title: words.proveTitle,
    body,
    script: USE_SCRIPT,
    data: dataOf(frame, page),
  });
}

export function registerPage(frame: Frame, page: CeremonyPage): string {
  const words = WORDS[frame.language];
  const body = `<h1>${escaped(words.registerTitle)}</h1>
${whoOf(page)}<p>${escaped(words.registerText)}</p>
${noticeOf(frame, page.notice)}${ceremonyForm(page.post, words.registerButton)}
${linkForm(page.refuse, words.cannot)}`;
  const { registerTitle: title } = words;
  return html(frame, { title, body, script: REGISTER_SCRIPT, data: dataOf(frame, page) });
}

export type RefusalPage = {
  readonly refusal: Refusal;
  readonly reference: string | undefined;
  /** The form that reports the refusal to Entra; undefined if Entra cannot be told. */
  readonly back: Target | undefined;
};

export function refusalPage(frame: Frame, { refusal, reference, back }: RefusalPage): string {
  const words = WORDS[frame.language];
  const help =
    reference === undefined
      ? ''
      : `<p>${escaped(words.help)}</p>
<p class="reference"><code>${escaped(reference)}</code></p>\n`;
  const body = `<h1>${escaped(words.refusedTitle)}</h1>
<p>${escaped(words.because[refusal])}</p>
${help}${back === undefined ? '' : buttonForm(back, words.back)}`;
  return html(frame, { title: words.refusedTitle, body });
}

/** Submits itself (OAuth 2.0 Form Post Response Mode), or by a button without scripts. */
export function answerPage(frame: Frame, answer: Target): string {
  const words = WORDS[frame.language];
  const body = `<h1>${escaped(words.doneTitle)}</h1>
<p role="status">${escaped(words.doneText)}</p>
${buttonForm(answer, words.doneButton)}`;
  return html(frame, { title: words.doneTitle, body, script: SUBMIT_SCRIPT });
}

function dataOf({ language }: Frame, { options }: CeremonyPage): object {
  const { failed, unsupported } = WORDS[language];
  return { options, failed, unsupported };
}

function whoOf({ who }: CeremonyPage): string {
  return `<p class="who">${escaped(who)}</p>\n`;
}

function noticeOf({ language }: Frame, notice: Notice | undefined): string {
  if (notice === undefined) return '';
  const role = notice === 'now-use-it' ? 'status' : 'alert';
  const text = escaped(WORDS[language].notices[notice]);
  return `<p class="notice ${role}" role="${role}">${text}</p>\n`;
}

function ceremonyForm({ action, fields }: Target, button: string): string {
  return `<p id="alert" class="notice alert" role="alert" hidden></p>
<form id="passkey" method="post" action="${escaped(action)}">
${hidden({ ...fields, credential: '' })}<button disabled>${escaped(button)}</button>
</form>`;
}

function buttonForm({ action, fields }: Target, button: string): string {
  return `<form method="post" action="${escaped(action)}">
${hidden(fields)}<button autofocus>${escaped(button)}</button>
</form>`;
}

function linkForm({ action, fields }: Target, button: string): string {
  return `<form method="post" action="${escaped(action)}">
${hidden(fields)}<button class="link">${escaped(button)}</button>
</form>`;
}

function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const [n, v] = [escaped(name), escaped(value)];
      return `<input type="hidden" name="${n}" value="${v}" autocomplete="off">\n`;
    })
    .join('');
}

type Parts = {
  readonly title: string;
  readonly body: string;
  readonly script?: string;
  readonly data?: object;
};

function html({ language, nonce }: Frame, { title, body, script, data }: Parts): string {
  const without = escaped(WORDS[language].needsScript);
  const needs =
    data === undefined ? '' : `<noscript><p class="notice alert">${without}</p></noscript>\n`;
  // A closing tag inside the JSON would end the script element.
  const json = data === undefined ? '' : JSON.stringify(data).replaceAll('<', '\\u003c');
  const block =
    data === undefined ? '' : `<script type="application/json" id="data">${json}</script>\n`;
  const run = script === undefined ? '' : `<script nonce="${nonce}">{${script}}</script>\n`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${body}
${needs}</main>
${block}${run}</body>
</html>
`;
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
