import type { Random } from '@countersign/core';

/** A UUIDv7 (RFC 9562 section 5.7) for a moment: ids sort by time. */
export function uuidV7(atMs: number, random: Random): string {
  const bytes = random.fill(new Uint8Array(16));
  let ms = Math.max(Math.trunc(atMs), 0);
  for (let at = 5; at >= 0; at--) {
    bytes[at] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  const cut = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...cut, hex.slice(20)].join('-');
}
