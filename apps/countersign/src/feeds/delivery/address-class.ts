import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Where an address leads. `special` is never the address of a receiver: link-local, multicast,
 * metadata services of clouds, tunnels, documentation, reserved ranges.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'special';

/** Classifies an IP address without brackets. Text that is no IP address is `special`. */
export function classifyAddress(address: string): AddressClass {
  if (isIPv4(address)) return classifyV4(address);
  // A zone id (`fe80::1%eth0`) occurs with link-local addresses only.
  if (!isIPv6(address) || address.includes('%')) return 'special';
  const embedded = embeddedV4(address);
  return embedded === undefined ? classifyV6(address) : classifyV4(embedded);
}

function classifyV4(address: string): AddressClass {
  if (SPECIAL.check(address, 'ipv4')) return 'special';
  if (LOOPBACK.check(address, 'ipv4')) return 'loopback';
  return PRIVATE.check(address, 'ipv4') ? 'private' : 'public';
}

function classifyV6(address: string): AddressClass {
  if (SPECIAL.check(address, 'ipv6')) return 'special';
  if (LOOPBACK.check(address, 'ipv6')) return 'loopback';
  if (PRIVATE.check(address, 'ipv6')) return 'private';
  return GLOBAL_UNICAST.check(address, 'ipv6') ? 'public' : 'special';
}

/**
 * The IPv4 address in an IPv4-mapped (RFC 4291, 2.5.5.2) or NAT64 address (RFC 6052, 2.1). The
 * connection ends at that address, so its class counts.
 */
function embeddedV4(address: string): string | undefined {
  const groups = groupsOf(address);
  const prefix = groups.slice(0, 6).join(':');
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return undefined;
  const [high, low] = groups.slice(6).map((group) => Number.parseInt(group, 16)) as [
    number,
    number,
  ];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups in hex, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes the canonical form of RFC 5952, with an IPv4 tail in hex.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after];
}

function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

const LOOPBACK = listOf('127.0.0.0/8', '::1/128');

/** RFC 1918, shared address space of carriers (RFC 6598), unique local addresses (RFC 4193). */
const PRIVATE = listOf(
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ...['100.64.0.0/10', 'fc00::/7'],
);

const GLOBAL_UNICAST = listOf('2000::/3');

/** The IANA special-purpose registries, and metadata services that have other addresses. */
const SPECIAL = listOf(
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  // Teredo, ORCHID, 6to4: the connection would end at an embedded address.
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  // Metadata services of AWS, Alibaba Cloud and Azure.
  ...['fd00:ec2::/32', '100.100.100.200/32', '168.63.129.16/32'],
);
