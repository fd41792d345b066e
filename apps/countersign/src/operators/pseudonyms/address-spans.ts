import { LOCAL_PART_CHARACTERS_MAX } from '../limits.ts';

/** Part of a text: `[from, to)`, in UTF-16 units. */
export type Span = { readonly from: number; readonly to: number };

const LOCAL = /[\p{L}\p{N}\p{M}._%+'#~-]/u;
const DOMAIN = /[\p{L}\p{N}\p{M}.-]/u;
/** Also as URLs, JSON inside of JSON, and HTML write it. */
const SIGNS = ['@', '%40', '\\u0040', '&#64;'] as const;

/**
 * The mail addresses and user principal names in a text, in order. A name counts with `%40`, as in
 * URLs, and without a dot in its domain. Linear in the length of the text, which an attacker wrote.
 */
export function addressSpans(text: string): readonly Span[] {
  if (!text.includes('@') && !text.includes('40') && !text.includes('&#64;')) return NONE;
  let spans: Span[] | undefined;
  for (const sign of SIGNS) {
    let at = text.indexOf(sign);
    while (at !== -1) {
      const span = spanAround(text, at, sign.length);
      if (span !== undefined) {
        spans ??= [];
        spans.push(span);
      }
      at = text.indexOf(sign, at + sign.length);
    }
  }
  if (spans === undefined) return NONE;
  return spans.length < 2 ? spans : joined(spans);
}

const NONE: readonly Span[] = [];

/** Spans that meet, as in `a@b@c`, are one. */
function joined(spans: Span[]): readonly Span[] {
  spans.sort((one, other) => one.from - other.from);
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return result;
}

function spanAround(text: string, at: number, signLength: number): Span | undefined {
  let from = at;
  while (from > 0 && at - from < LOCAL_PART_CHARACTERS_MAX && isOf(LOCAL, text, from - 1)) from--;
  let to = at + signLength;
  const limit = to + LOCAL_PART_CHARACTERS_MAX;
  while (to < text.length && to < limit && isOf(DOMAIN, text, to)) to++;
  // A sentence may end with the address.
  while (to > at + signLength && /[.-]/.test(text[to - 1] as string)) to--;
  return from === at || to === at + signLength ? undefined : { from, to };
}

/** A unit of a surrogate pair belongs to a letter or a mark that is outside the first plane. */
function isOf(kind: RegExp, text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return kind === LOCAL ? LOCAL_ASCII[code] === 1 : DOMAIN_ASCII[code] === 1;
  return (code >= 0xd8_00 && code < 0xe0_00) || kind.test(text[at] as string);
}

const LOCAL_ASCII = asciiTable(LOCAL);
const DOMAIN_ASCII = asciiTable(DOMAIN);

function asciiTable(kind: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    kind.test(String.fromCharCode(code)) ? 1 : 0,
  );
}
