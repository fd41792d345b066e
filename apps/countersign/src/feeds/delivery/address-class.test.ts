import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressClass, classifyAddress } from './address-class.ts';

const EXAMPLES: Readonly<Record<AddressClass, readonly string[]>> = {
  public: [
    ...['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2001:4860::1'],
    ...['::ffff:8.8.8.8', '64:ff9b::808:808'],
  ],
  private: [
    ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1'],
    ...['fd12::1', '::ffff:10.0.0.1', '::ffff:a00:1', '64:ff9b::c0a8:101'],
  ],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  special: [
    ...['0.0.0.0', '169.254.169.254', '169.254.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1'],
    ...['198.18.0.1', '100.100.100.200', '168.63.129.16', '::', 'fe80::1', 'fe80::1%eth0'],
    ...['fec0::1', 'ff02::1', '2002:7f00:1::', '2001:0:1::', '2001:db8::1', 'fd00:ec2::254'],
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '::127.0.0.1', '64:ff9b:1::1'],
    ...['localhost', '', '127.1', '1.2.3', '[::1]', '0x7f.0.0.1'],
  ],
};

for (const [kind, addresses] of Object.entries(EXAMPLES)) {
  test(`classifies ${kind} addresses`, () => {
    for (const address of addresses) assert.equal(classifyAddress(address), kind, address);
  });
}
