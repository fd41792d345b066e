import { FastRandom } from './random.ts';

export const TENANT = '3d0c7f52-91be-4a6e-8c14-7e5a2b9f60d8';
export const DOMAIN = 'harbourline.example';
export const SHAREPOINT = 'https://sharepoint.harbourline.example';

/** What the records say of one person, ready to be copied into them. */
export type Person = {
  readonly number: number;
  readonly upn: Buffer;
  readonly name: Buffer;
  readonly puid: Buffer;
  readonly objectId: Buffer;
  readonly sid: Buffer;
  readonly mailbox: Buffer;
  readonly device: Buffer;
  readonly deviceName: Buffer;
  /** Office, home and telephone. */
  readonly addresses: readonly Buffer[];
  readonly addressesWithPort: readonly Buffer[];
};

const FIRST_NAMES = [
  'Aaltje',
  'Benno',
  'Cosima',
  'Dirk',
  'Elodie',
  'Ferran',
  'Gesine',
  'Hamza',
  'Ingrid',
  'Jorrit',
  'Kalle',
  'Leonor',
  'Mehmet',
  'Noor',
  'Otto',
  'Paloma',
  'Quirin',
  'Rosalie',
  'Siebe',
  'Tindra',
  'Ulla',
  'Vasco',
  'Wiebke',
  'Xenia',
  'Ymke',
  'Zoltan',
] as const;
const LAST_NAMES = [
  'Aarnink',
  'Brouwer',
  'Castells',
  'Dahlgren',
  'Ekström',
  'Fontaine',
  'Groen',
  'Hoekstra',
  'Ibarra',
  'Jansson',
  'Kuiper',
  'Lund',
  'Moreau',
  'Nieminen',
  'Oosterhuis',
  'Prats',
  'Quist',
  'Roca',
  'Steenbergen',
  'Tamm',
  'Urrutia',
  'Vermeer',
  'Wolters',
  'Zandstra',
] as const;

export function people(count: number, seed: number): readonly Person[] {
  const random = new FastRandom(seed);
  const offices = Array.from({ length: 12 }, (_, i) => `198.51.100.${10 + i}`);
  return Array.from({ length: count }, (_, number) => person(random, number, offices));
}

/** A few people do much and many do little: the square of a fraction decides. */
export function somebody(random: FastRandom, all: readonly Person[]): Person {
  const fraction = random.fraction();
  return all[Math.floor(fraction * fraction * all.length)] as Person;
}

function person(random: FastRandom, number: number, offices: readonly string[]): Person {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const plain = `${first}.${last}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
  const home = `203.0.113.${1 + random.below(254)}`;
  const phone = `2001:db8:${hex(random, 4)}:${hex(random, 4)}::${hex(random, 4)}`;
  const addresses = [random.pick(offices), home, phone];
  return {
    number,
    upn: Buffer.from(`${plain}${number}@${DOMAIN}`),
    name: Buffer.from(`${first} ${last}`),
    puid: Buffer.from(`1003${hex(random, 12).toUpperCase()}`),
    objectId: Buffer.from(guid(random)),
    sid: Buffer.from(`S-1-5-21-${long(random)}-${long(random)}-${long(random)}-${5000 + number}`),
    mailbox: Buffer.from(guid(random)),
    device: Buffer.from(guid(random)),
    deviceName: Buffer.from(`HBL-${hex(random, 6).toUpperCase()}`),
    addresses: addresses.map((address) => Buffer.from(address)),
    addressesWithPort: addresses.map((address, i) =>
      Buffer.from(
        address.includes(':') ? `[${address}]:${40_000 + i}` : `${address}:${40_000 + i}`,
      ),
    ),
  };
}

function long(random: FastRandom): number {
  return random.word() >>> 1;
}

function hex(random: FastRandom, digits: number): string {
  let text = '';
  while (text.length < digits) text += (random.word() >>> 0).toString(16).padStart(8, '0');
  return text.slice(0, digits);
}

function guid(random: FastRandom): string {
  const digits = hex(random, 32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}
