import { BlockList, isIP } from 'node:net';

/**
 * Networks of the vendor's own services, from its published list for Microsoft 365 (worldwide), and
 * those that mailbox servers state as clients of each other.
 *
 * No customer can rent a machine there, so such an address is a service, not a person. Azure
 * networks are missing, because intruders rent machines there.
 */
const VENDOR: readonly string[] = [
  // Exchange Online and its protection.
  ...['13.107.6.152/31', '13.107.18.10/31', '13.107.128.0/22', '23.103.160.0/20'],
  ...['40.92.0.0/15', '40.96.0.0/13', '40.104.0.0/15', '40.107.0.0/16', '52.96.0.0/14'],
  ...['52.100.0.0/14', '104.47.0.0/17', '131.253.33.215/32', '132.245.0.0/16'],
  ...['150.171.32.0/22', '204.79.197.215/32'],
  ...['2603:1006::/40', '2603:1016::/36', '2603:1026::/36', '2603:1036::/36', '2603:1046::/36'],
  ...['2603:1056::/36', '2603:1096::/32', '2603:10a6::/32', '2603:10b6::/32'],
  ...['2620:1ec:4::152/128', '2620:1ec:8f0::/46', '2620:1ec:900::/46', '2620:1ec:a92::152/128'],
  ...['2a01:111:f400::/48', '2a01:111:f403::/48'],
  // SharePoint and OneDrive.
  ...['13.107.136.0/22', '40.108.128.0/17', '52.104.0.0/14', '104.146.128.0/17'],
  ...['150.171.40.0/22', '2603:1061:1300::/40', '2620:1ec:8f8::/46', '2620:1ec:908::/46'],
  '2a01:111:f402::/48',
  // Teams.
  ...['52.112.0.0/14', '52.122.0.0/15', '2603:1027::/48', '2603:1037::/48', '2603:1047::/48'],
  ...['2603:1057::/48', '2603:1063::/38', '2620:1ec:6::/48', '2620:1ec:40::/42'],
  // Sign-in and shared services.
  ...['13.107.6.171/32', '13.107.18.15/32', '13.107.140.6/32', '20.20.32.0/19'],
  ...['20.190.128.0/18', '20.231.128.0/19', '40.126.0.0/18', '52.108.0.0/14'],
  ...['2603:1006:2000::/48', '2603:1007:200::/48', '2603:1016:1400::/48', '2603:1017::/48'],
  ...['2603:1026:3000::/48', '2603:1027:1::/48', '2603:1036:3000::/48', '2603:1037:1::/48'],
  ...['2603:1046:2000::/48', '2603:1047:1::/48', '2603:1056:2000::/48', '2603:1057:2::/48'],
];

/**
 * Private addresses, which mean another machine in every network (RFC 1918, 4193, 6598 and
 * similar).
 */
const PRIVATE: readonly string[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.168.0.0/16', '::/127', 'fc00::/7', 'fe80::/10'],
];

const vendor = listOf(VENDOR);
const local = listOf(PRIVATE);

export function isVendorAddress(ip: string): boolean {
  return isIn(vendor, ip);
}

export function isPrivateAddress(ip: string): boolean {
  return isIn(local, ip);
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function isIn(list: BlockList, ip: string): boolean {
  return isIP(ip) !== 0 && list.check(ip, familyOf(ip));
}

function familyOf(ip: string): 'ipv4' | 'ipv6' {
  return isIP(ip) === 6 ? 'ipv6' : 'ipv4';
}
