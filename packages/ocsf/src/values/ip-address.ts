import { isIP } from 'node:net';
import { type Memo, remember } from './memo.ts';

/**
 * The canonical text of an IP address. Accepts the vendor's forms: with port
 * (`80.114.221.214:52378`), bracketed (`[2001:db8::1]:443`), with zone, IPv4-mapped, in any case.
 * Null for anything else.
 */
export function canonicalIp(raw: unknown, memo: Memo): string | null {
  if (typeof raw !== 'string' || raw.length < 2) return null;
  const known = memo.addresses.get(raw);
  return known !== undefined ? known : remember(memo.addresses, raw, parseIp);
}

/** The port after an address, if there is one. */
export function portOf(raw: unknown): number | null {
  if (typeof raw !== 'string' || raw.length > 80) return null;
  const match = /^(?:\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(raw.trim());
  const port = match ? Number(match[1]) : 0;
  return port > 0 && port < 65_536 ? port : null;
}

function parseIp(raw: string): string | null {
  if (raw.length > 80) return null;
  let address = raw.trim();
  if (address.startsWith('[')) {
    const end = address.indexOf(']');
    if (end < 0) return null;
    address = address.slice(1, end);
  } else if (address.indexOf(':') === address.lastIndexOf(':')) {
    const colon = address.indexOf(':');
    if (colon >= 0) address = address.slice(0, colon);
  }
  const zone = address.indexOf('%');
  if (zone >= 0) address = address.slice(0, zone);
  const version = isIP(address);
  if (version === 4) return address;
  return version === 6 ? compressIpv6(address.toLowerCase()) : null;
}

/** RFC 5952: lower case, no leading zeros, the longest run of zeros as `::`. */
function compressIpv6(address: string): string {
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
    if (length > 0) at += length - 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at < 0) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const front = expand(head);
  if (tail === undefined) return front;
  const back = expand(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function expand(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
