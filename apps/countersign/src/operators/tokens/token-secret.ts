import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Random } from '@countersign/core';

/** 256 bits: no one guesses it, so a plain hash is enough to store (NIST SP 800-63B 5.1.2). */
const SECRET_BYTES = 32;

/**
 * `cs_`, 32 random bytes in base64url, and the CRC-32 of both in hexadecimal. Secret scanners find
 * the prefix, and the checksum tells a token from text that only looks like one.
 */
const FORM = /^cs_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/;

export function createTokenSecret(random: Random): string {
  const bytes = random.fill(new Uint8Array(SECRET_BYTES));
  const text = `cs_${Buffer.from(bytes).toString('base64url')}`;
  return text + checksumOf(text);
}

/** Whether the text has the form of a token. It says nothing about its validity. */
export function isTokenSecret(text: string): boolean {
  return FORM.test(text) && checksumOf(text.slice(0, -8)) === text.slice(-8);
}

/** The part that is kept: SHA-256, in hexadecimal. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. */
export function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
