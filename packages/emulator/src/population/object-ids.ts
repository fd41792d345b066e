import { hex8 } from '../core/seeded-random.ts';
import { mix } from './quick-random.ts';

/** The kind of object in an id. Ids of different kinds never collide. */
export const ID_KINDS = {
  user: 1,
  mailbox: 2,
  computer: 3,
  phone: 4,
  drive: 5,
  driveWeb: 6,
  group: 7,
  site: 8,
  siteWeb: 9,
  serviceAccount: 10,
  application: 11,
  appObject: 12,
  servicePrincipal: 13,
  credential: 14,
  policy: 15,
  domain: 16,
  list: 17,
  deviceObject: 18,
} as const;

export type IdKind = keyof typeof ID_KINDS;

/**
 * A version 4 UUID that encodes its object's number, masked by its other bits. With the key, the
 * object is found without a table of a million ids.
 */
export function idOf(key: number, kind: IdKind, index: number): string {
  const number = ID_KINDS[kind];
  const a = mix(key, index, number, 1);
  const b = ((mix(key, index, number, 2) & 0xffff0fff) | 0x4000) >>> 0;
  const c = ((mix(key, index, number, 3) & 0x3fffffff) | 0x80000000) >>> 0;
  return format(a, b, c, index ^ mix(key, a ^ number, b, c));
}

/** The number in an id from `idOf`; undefined for any other id. */
export function indexOf(key: number, kind: IdKind, id: string): number | undefined {
  const hex = id.toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  const word = (at: number): number => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16);
  const index = (word(3) ^ mix(key, word(0) ^ ID_KINDS[kind], word(1), word(2))) >>> 0;
  return idOf(key, kind, index) === id.toLowerCase() ? index : undefined;
}

function format(a: number, b: number, c: number, d: number): string {
  const second = hex8(b);
  const third = hex8(c);
  const last = hex8(d);
  return [
    hex8(a),
    second.slice(0, 4),
    second.slice(4),
    third.slice(0, 4),
    third.slice(4) + last,
  ].join('-');
}

/** A security identifier of this tenant's domain. */
export function sidOf(key: number, relativeId: number): string {
  return `S-1-5-21-${mix(key, 3)}-${mix(key, 4)}-${mix(key, 5)}-${relativeId}`;
}
