import { HEADERS_LOOKED_AT_MAX } from './limits.ts';

/** RFC 5322 2.2: a name of printable ASCII without a colon, directly followed by a colon. */
const HEADER = /^([!-9;-~]{1,77}):/;

/** Headers that only messages have. */
const OF_MESSAGES: readonly string[] = [
  ...['received', 'return-path', 'message-id', 'mime-version', 'delivered-to'],
  ...['dkim-signature', 'authentication-results', 'reply-to', 'x-originating-ip'],
];

/** Headers that other texts may have too. */
const COMMON: readonly string[] = [
  ...['from', 'to', 'cc', 'subject', 'date', 'sender', 'content-type'],
];

/** RFC 4155: the line before a message that was exported from a mailbox file. */
export const MBOX_LINE = 'From ';

/** Returns true for a text that starts with the headers of a message. */
export function isMessage(prefix: Buffer, start: number): boolean {
  let from = start;
  if (prefix.toString('latin1', from, from + MBOX_LINE.length) === MBOX_LINE) {
    from = prefix.indexOf(0x0a, from) + 1;
    if (from === 0) return false;
  }
  const [own, common] = [new Set<string>(), new Set<string>()];
  for (let at = from, lines = 0; at < prefix.length && lines < HEADERS_LOOKED_AT_MAX; lines++) {
    const lineFeed = prefix.indexOf(0x0a, at);
    const end = lineFeed < 0 ? prefix.length : lineFeed;
    const isFolded = prefix[at] === 0x20 || prefix[at] === 0x09;
    if (!isFolded || lines === 0) {
      const name = HEADER.exec(prefix.toString('latin1', at, Math.min(end, at + 80)))?.[1];
      if (name === undefined) break;
      if (OF_MESSAGES.includes(name.toLowerCase())) own.add(name.toLowerCase());
      if (COMMON.includes(name.toLowerCase())) common.add(name.toLowerCase());
    }
    at = end + 1;
  }
  return (own.size > 0 && own.size + common.size > 1) || common.size > 3;
}
