import { TITLE_CHARACTERS_MAX } from './limits.ts';

/**
 * Names and titles come from records, so an attacker may have chosen them. This returns one line
 * that reads as it looks: without control characters, without characters that reverse or hide
 * others, without addresses that clients turn into links, and without words that alert a whole
 * channel.
 */
export function safeText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim()
    // As analysts write hostile addresses, so that no client makes a link of them.
    .replaceAll('://', '[:]//')
    .replace(/\bwww\./giu, 'www[.]')
    .replace(ALERTS, '＠$1');
  const characters = [...line];
  if (characters.length <= TITLE_CHARACTERS_MAX) return line;
  return `${characters.slice(0, TITLE_CHARACTERS_MAX).join('')}…`;
}

/**
 * Control and format characters (among them bidirectional controls, zero-width characters and
 * tags), private use, and the filler letters that look like a space. Line ends become spaces.
 */
const INVISIBLE =
  /(?![\t\n\v\f\r\u0085\u2028\u2029])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0]/gu;

/** Slack, Teams and others alert everyone at these words. */
const ALERTS = /@(channel|here|everyone|all|team|group|general)\b/giu;

/** For formats with markup: the characters that begin a mention, a link, or emphasis. */
export function withoutMarkup(text: string): string {
  return text.replace(/[<>[\]*_~`|\\&]/g, (character) => REPLACEMENTS[character] ?? ' ');
}

/** They look alike and mean nothing to a client. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '<': '‹',
  '>': '›',
  '[': '［',
  ']': '］',
  '*': '∗',
  _: '＿',
  '~': '∼',
  '`': '′',
  '|': '∣',
  '\\': '＼',
  '&': '＆',
};
