import { isIP } from 'node:net';
import { instantOfMs, normalizeInstant } from '@countersign/core';
import { addressParser, decodeWords } from 'postal-mime';
import { ADDRESSES_MAX, TRACES_MAX, VALUE_CHARACTERS_MAX } from './limits.ts';

/** A header as delivered: its name in lower case, its whole line as bytes in a string. */
export type HeaderLine = { readonly key: string; readonly line: string };

export type Address = { readonly name: string; readonly address: string };

/** The content of a message's headers. Any sender may have forged them. */
export type Head = {
  readonly at: string | undefined;
  readonly from: Address | undefined;
  readonly to: readonly string[];
  /** The mailbox that contained the message, if stated or if there is only one recipient. */
  readonly recipient: string | undefined;
  readonly networkMessageId: string | undefined;
  /** By the names of advanced hunting, where it has one. */
  readonly members: Readonly<Record<string, unknown>>;
};

export function headOf(lines: readonly HeaderLine[]): Head {
  const all = (key: string): string[] =>
    lines.filter((line) => line.key === key).map(({ line }) => bodyOfLine(line));
  const one = (key: string): string | undefined => all(key).find((value) => value !== '');
  const received = all('received').slice(0, TRACES_MAX);
  const [from] = addressesOf(one('from'));
  const to = addressesOf(one('to')).map(({ address }) => address);
  const cc = addressesOf(one('cc')).map(({ address }) => address);
  const recipients = [...new Set([...to, ...cc].map((address) => address.toLowerCase()))];
  const [delivered] = ['delivered-to', 'envelope-to', 'x-original-to'].flatMap((key) =>
    addressesOf(one(key)).map(({ address }) => address.toLowerCase()),
  );
  const recipient = delivered ?? (recipients.length === 1 ? recipients[0] : undefined);
  const date = one('date');
  const at = received.map(timeOfHop).find((time) => time !== undefined) ?? timeOf(date);
  const outside = outsideHop(received);
  const address = outside === undefined ? undefined : addressOfHop(outside);
  const members = {
    InternetMessageId: one('message-id'),
    NetworkMessageId: one('x-ms-exchange-organization-network-message-id'),
    SenderFromAddress: from?.address,
    SenderDisplayName: from?.name,
    Sender: addressesOf(one('sender'))[0],
    SenderMailFromAddress: addressesOf(one('return-path'))[0]?.address,
    ReplyTo: addressesOf(one('reply-to')),
    RecipientEmailAddress: recipient ?? recipients[0],
    ...{ To: to, Cc: cc, DeliveredTo: delivered },
    ...{ Subject: decoded(one('subject')), Date: date },
    ListId: one('list-id'),
    Directionality: one('x-ms-exchange-organization-messagedirectionality'),
    AuthenticationResults: all('authentication-results').slice(0, TRACES_MAX),
    ...{ Received: received, ReceivedFromOutside: outside },
    SenderIPv4: address !== undefined && isIP(address) === 4 ? address : undefined,
    SenderIPv6: address !== undefined && isIP(address) === 6 ? address : undefined,
  };
  const networkMessageId = members.NetworkMessageId;
  return { at, from, to: recipients, recipient, networkMessageId, members };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** RFC 5322 2.2.3: unfolded. Bytes outside ASCII are UTF-8 (RFC 6532), or else Latin. */
function bodyOfLine(line: string): string {
  const bytes = Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1');
  let value: string;
  try {
    value = UTF_8.decode(bytes);
  } catch {
    value = bytes.toString('latin1');
  }
  return plain(value.replaceAll(/\r?\n/g, '').replaceAll('\t', ' '));
}

/** Removes what no column or terminal should get: control characters and lone surrogates. */
export function plain(text: string): string {
  const clipped = text.trim().slice(0, VALUE_CHARACTERS_MAX);
  return clipped.replaceAll(/\p{Cc}/gu, '\ufffd').toWellFormed();
}

function decoded(value: string | undefined): string | undefined {
  return value === undefined ? undefined : plain(decodeWords(value));
}

function addressesOf(value: string | undefined): Address[] {
  if (value === undefined) return [];
  const parsed = addressParser(value, { flatten: true });
  return parsed
    .flatMap(({ name, address }) =>
      address === undefined || address === ''
        ? []
        : [{ name: plain(decodeWords(name)), address: plain(address) }],
    )
    .slice(0, ADDRESSES_MAX);
}

/** Comments may follow (RFC 5322 3.3): `Mon, 2 Mar 2026 09:00:00 +0000 (UTC)`. */
function timeOf(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const bare = date.replaceAll(/\([^()]*\)/g, ' ').trim();
  const read = normalizeInstant(bare);
  if (read !== undefined) return read;
  // For forms that Countersign does not parse (zone names, two-digit years), the engine may still
  // succeed.
  return bare.length > 64 ? undefined : instantOfMs(Date.parse(bare));
}

function timeOfHop(received: string): string | undefined {
  const semicolon = received.lastIndexOf(';');
  return semicolon < 0 ? undefined : timeOf(received.slice(semicolon + 1));
}

/**
 * The first hop, from the reader's side, at which a message came from another domain. The sender
 * may have forged everything before it in time; the hops after it are the receiver's own.
 */
function outsideHop(received: readonly string[]): string | undefined {
  return received.find((hop) => {
    const address = addressOfHop(hop);
    if (address === undefined || isPrivate(address)) return false;
    const [, from = '', by = ''] = /^from\s+(\S+).*?\sby\s+(\S+)/i.exec(hop) ?? [];
    return siteOf(from) !== siteOf(by);
  });
}

function siteOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/[.;]+$/, '')
    .split('.')
    .slice(-2)
    .join('.');
}

function addressOfHop(hop: string): string | undefined {
  const [by] = /\sby\s/i.exec(hop) ?? [];
  const before = by === undefined ? hop : hop.slice(0, hop.indexOf(by));
  for (const [found] of before.matchAll(/[0-9a-f:.]{3,45}/gi)) {
    if (isIP(found) !== 0) return found;
  }
  return undefined;
}

function isPrivate(address: string): boolean {
  return OWN_IPV4.test(address) || /^(?:::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i.test(address);
}

/** Loopback, private, link-local and shared ranges (RFC 6890). */
const OWN_IPV4 = new RegExp(
  '^(?:0|10|127|169\\.254|192\\.168|172\\.(?:1[6-9]|2\\d|3[01])|' +
    '100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7]))\\.',
);
