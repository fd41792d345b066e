import { isIP } from 'node:net';

/** An address, or a range of addresses: the high `prefix` bits count. */
export type Address = {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
};

/**
 * Accepts what Cedar's `ip()` accepts: no zone, no leading zeros in the prefix, no IPv4 in IPv6.
 */
export function parseAddress(text: string): Address | undefined {
  const [address = '', prefixText, ...more] = text.split('/');
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || more.length > 0 || address.includes('%')) return undefined;
  const width = family === 4 ? 32 : 128;
  let prefix = width;
  if (prefixText !== undefined) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
    prefix = Number(prefixText);
    if (prefix > width) return undefined;
  }
  if (family === 4) return { family, bits: v4Bits(address), prefix };
  // Cedar refuses IPv4 in IPv6 notation, which would give an address two spellings.
  if (address.includes('.')) return undefined;
  return { family, bits: v6Bits(address), prefix };
}

/** Returns whether the whole of one range is in the other. */
export function isInRange(inner: Address, outer: Address): boolean {
  if (inner.family !== outer.family || inner.prefix < outer.prefix) return false;
  const shift = BigInt(widthOf(outer) - outer.prefix);
  return inner.bits >> shift === outer.bits >> shift;
}

function widthOf({ family }: Address): number {
  return family === 4 ? 32 : 128;
}

function v4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(Number(part)), 0n);
}

function v6Bits(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}
