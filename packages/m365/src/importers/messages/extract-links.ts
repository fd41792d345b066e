import { Tokenizer } from 'htmlparser2';
import { LINK_CHARACTERS_MAX, LINK_TEXT_CHARACTERS_MAX } from './limits.ts';
import { plain } from './message-header.ts';

export type Link = {
  readonly url: string;
  /** The text that the reader sees, if it is itself an address. */
  readonly shown: string | undefined;
};

/** Attributes that hold a link, by element. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['a', 'href'],
  ['area', 'href'],
  ['form', 'action'],
  ['base', 'href'],
]);

/**
 * The link targets of an HTML text, in order. Uses only the tokenizer, because a tree could be
 * nested very deep.
 */
export function linksInHtml(html: string): Link[] {
  const finder = new LinkFinder(html);
  const tokenizer = new Tokenizer({ xmlMode: false, decodeEntities: true }, finder);
  tokenizer.write(html);
  tokenizer.end();
  return finder.links;
}

class LinkFinder {
  readonly links: Link[] = [];
  readonly #html: string;
  #element = '';
  #attribute = '';
  #value = '';
  #target: string | undefined;
  #base: string | undefined;
  /** The link whose text is being read. */
  #open: { readonly url: string; text: string } | undefined;

  constructor(html: string) {
    this.#html = html;
  }

  onopentagname(start: number, end: number): void {
    this.#element = this.#html.slice(start, Math.min(end, start + 16)).toLowerCase();
    this.#target = undefined;
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#html.slice(start, Math.min(end, start + 16)).toLowerCase();
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    this.#add(this.#html.slice(start, Math.min(end, start + LINK_CHARACTERS_MAX)));
  }

  onattribentity(codepoint: number): void {
    this.#add(String.fromCodePoint(codepoint));
  }

  onattribend(): void {
    // If an attribute is repeated, the first counts, as in browsers.
    if (TARGETS.get(this.#element) === this.#attribute) this.#target ??= this.#value;
  }

  onopentagend(): void {
    const target = this.#target;
    if (this.#element === 'a') this.#close();
    if (target === undefined) return;
    // Browsers ignore tabs and line ends in an address.
    const url = resolved(plain(target.replaceAll(/[\t\r\n]/g, '')), this.#base);
    if (this.#element === 'base') this.#base ??= url;
    else if (url === undefined) return;
    else if (this.#element === 'a') this.#open = { url, text: '' };
    else this.links.push({ url, shown: undefined });
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  ontext(start: number, end: number): void {
    if (this.#open === undefined) return;
    const left = LINK_TEXT_CHARACTERS_MAX - this.#open.text.length;
    this.#open.text += this.#html.slice(start, Math.min(end, start + Math.max(left, 0)));
  }

  ontextentity(codepoint: number): void {
    if (this.#open !== undefined && this.#open.text.length < LINK_TEXT_CHARACTERS_MAX) {
      this.#open.text += String.fromCodePoint(codepoint);
    }
  }

  onclosetag(start: number, end: number): void {
    if (this.#html.slice(start, Math.min(end, start + 2)).toLowerCase() === 'a') this.#close();
  }

  onend(): void {
    this.#close();
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  #add(text: string): void {
    if (this.#value.length < LINK_CHARACTERS_MAX) this.#value += text;
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { url, text } = this.#open;
    this.#open = undefined;
    this.links.push({ url, shown: addressIn(text, url) });
  }
}

/**
 * Keeps only targets that lead somewhere: no anchors, no mail addresses, no parts of the message.
 */
function resolved(target: string, base: string | undefined): string | undefined {
  const url = target.slice(0, LINK_CHARACTERS_MAX);
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return /^[a-z0-9+.-]+:\/\//i.test(url) ? url : undefined;
  if (url.startsWith('//')) return `https:${url}`;
  if (base === undefined || url === '' || url.startsWith('#') || !URL.canParse(url, base)) {
    return undefined;
  }
  return new URL(url, base).href.slice(0, LINK_CHARACTERS_MAX);
}

/** Returns a text that is itself an address, if its host differs from the link's. */
function addressIn(text: string, url: string): string | undefined {
  const seen = plain(text);
  if (!/^(?:https?:\/\/)?[^\s/@]+\.[a-z]{2,24}(?:[/?#:]\S*)?$/i.test(seen)) return undefined;
  const shown = seen.includes('://') ? seen : `https://${seen}`;
  if (!URL.canParse(shown) || !URL.canParse(url)) return undefined;
  return new URL(shown).hostname === new URL(url).hostname ? undefined : seen;
}

const IN_TEXT = /\b(?:https?|ftp):\/\/[^\s<>"\p{Cc}]{1,2040}/giu;

export function linksInText(text: string): Link[] {
  return Array.from(text.matchAll(IN_TEXT), ([found]) => {
    // Not with a regular expression: a pattern anchored at the end tries every position.
    let end = found.length;
    while (PUNCTUATION.includes(found[end - 1] as string)) end--;
    return { url: plain(found.slice(0, end)), shown: undefined };
  });
}

/** Punctuation that ends a sentence around an address. */
const PUNCTUATION = `.,;:!?)]}'*`;
