import { sha256 } from '@noble/hashes/sha2.js';
import { hex, joinBytes } from './bytes.ts';

const SALT_BYTES = 16;

/** The line of an entry that the tree commits to. It has one spelling, and holds no name. */
const LEAF = new RegExp(
  '^\\{"v":2,"kind":"([a-z]+)","tenant":"([0-9a-f-]{1,36})","source":"([!#-[\\]-~]{1,200})",' +
    '"id":"([~=0-9a-f-]{33,36})","at":"([0-9T:.Z-]{20,28})","seen":"([0-9T:.Z-]{24})",' +
    '"size":(0|[1-9]\\d{0,9}),"commitment":"([0-9a-f]{64})"\\}$',
);

export type Leaf = {
  readonly kind: string;
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  readonly at: string;
  readonly seen: string;
  /** Of the body, in bytes. */
  readonly size: number;
  /** SHA-256(salt || SHA-256(body)), in hex. */
  readonly commitment: string;
};

/** The bytes of an entry and the salt that its leaf commits with. */
export type BodyContent = { readonly salt: Uint8Array; readonly body: Uint8Array };

/** Undefined unless the line is spelled as a ledger spells it. */
export function parseLeaf(line: string): Leaf | undefined {
  const match = LEAF.exec(line);
  if (match === null) return undefined;
  const [, kind = '', tenant = '', source = '', id = '', at = '', seen = '', size = ''] = match;
  const commitment = match[8] ?? '';
  return { kind, tenant, source, id, at, seen, size: Number(size), commitment };
}

export function isBodyOf(leaf: Leaf, { salt, body }: BodyContent): boolean {
  if (salt.length !== SALT_BYTES || body.length !== leaf.size) return false;
  return hex(sha256(joinBytes(salt, sha256(body)))) === leaf.commitment;
}
