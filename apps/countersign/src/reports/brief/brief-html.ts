import { createHash } from 'node:crypto';
import { watermarkText } from '@countersign/core';
import { type Html, html } from '../html.ts';
import type { Brief, BriefSection, BriefSentence, BriefUnknown } from './brief.ts';
import { BRIEF_CSS } from './brief-css.ts';
import { briefTitle, citation } from './brief-text.ts';

/**
 * The CSP allows this style and nothing else, so that injected markup cannot load or run anything.
 */
const STYLE_HASH = `sha256-${createHash('sha256').update(BRIEF_CSS).digest('base64')}`;

/** Renders one self-contained page: no script, no external resource, every text escaped. */
export function* briefHtml(brief: Brief): Generator<string> {
  const title = briefTitle(brief).replaceAll(/ {2,}/g, ' · ');
  yield '<!DOCTYPE html>\n<html lang="en">\n';
  yield html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${STYLE_HASH}'">
<meta name="robots" content="noindex">
<title>${title}</title>
`.markup;
  yield `<style>${BRIEF_CSS}</style>\n</head>\n<body>\n`;
  yield html`<header>
<p class="kind">${title}</p>
<h1>${brief.conclusion}</h1>
<p class="kind">As of ${watermarkText(brief.asOf)}</p>
</header>
<main>
`.markup;
  for (const section of brief.sections) yield sectionHtml(section).markup;
  yield html`</main>
<footer>Numbers in brackets are entries of the ledger ${brief.asOf.origin}.
Run: countersign show NUMBER</footer>
</body>
</html>
`.markup;
}

function sectionHtml({ id, title, sentences, unknown }: BriefSection): Html {
  const items = sentences.map(sentenceHtml);
  const list = id === 'do-first' ? html`<ol>${items}</ol>` : html`<ul class="plain">${items}</ul>`;
  const isOpen = id === 'still-open' && sentences.length > 0;
  return html`<section aria-labelledby="${id}" class="${isOpen ? 'open' : 'known'}">
<h2 id="${id}">${title}</h2>
<div>${sentences.length === 0 ? null : list}${unknown.map(unknownHtml)}</div>
</section>
`;
}

function sentenceHtml(sentence: BriefSentence): Html {
  return html`<li><bdi>${sentence.text}</bdi>${citationHtml(sentence)}</li>`;
}

function citationHtml(sentence: BriefSentence): Html {
  return html`<span class="cited">${citation(sentence)}</span>`;
}

function unknownHtml(unknown: BriefUnknown): Html {
  const { text } = unknown;
  return html`<p class="unknown">
<strong><bdi>${text}</bdi></strong>${citationHtml(unknown)}<br>
What would decide it: <bdi>${unknown.wouldDecide}</bdi>.</p>`;
}
