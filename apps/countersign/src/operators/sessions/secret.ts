import { createHash } from 'node:crypto';
import type { Random } from '@countersign/core';

/** 256 random bits in base64url. */
export const SECRET: RegExp = /^[A-Za-z0-9_-]{43}$/;

export function randomSecret(random: Random): string {
  return Buffer.from(random.fill(new Uint8Array(32))).toString('base64url');
}

/** The part of a secret that is kept. With 256 random bits, its hash reveals nothing. */
export function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
