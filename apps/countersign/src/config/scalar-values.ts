import { isGuid, quoted, type TenantId } from '@countersign/core';
import { z } from 'zod';
import type { ListenAddress } from './config-values.ts';
import {
  CANARY_EVERY_MS_MAX,
  CANARY_EVERY_MS_MIN,
  EVERY_MS_MAX,
  EVERY_MS_MIN,
  NAME_CHARACTERS_MAX,
  TOKEN_LIFE_MS_MAX,
  TOKEN_LIFE_MS_MIN,
} from './limits.ts';

/** Schemas of one-line values. Each error completes "PATH: …" with the problem and its cure. */

export const guid: z.ZodType<string> = z.string().transform((text, context) => {
  if (isGuid(text)) return text.toLowerCase();
  return refuse(context, `${quoted(text)} is not a GUID: write it as 8-4-4-4-12 digits of hex`);
});

/** The brand keeps tenants distinct from other string ids. */
export const tenant: z.ZodType<TenantId> = guid.transform((text) => text as TenantId);

export const name: z.ZodType<string> = z.string().transform((text, context) => {
  const trimmed = text.trim();
  if (trimmed === '') return refuse(context, 'is empty: write a name');
  if (trimmed.length <= NAME_CHARACTERS_MAX) return trimmed;
  return refuse(context, `is longer than ${NAME_CHARACTERS_MAX} characters: shorten it`);
});

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A period (`30s`, `5m`, `1h`), in milliseconds. */
export const every: z.ZodType<number> = z.string().transform((text, context) => {
  const [, count = '', unit = ''] = /^(\d{1,6})(s|m|h)$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNITS.get(unit) ?? 0);
  if (unit === '') return refuse(context, `${quoted(text)} is not a duration: write 30s, 5m or 1h`);
  if (ms >= EVERY_MS_MIN && ms <= EVERY_MS_MAX) return ms;
  return refuse(context, `${quoted(text)} is out of range: write between 1s and 24h`);
});

/** A token lifetime of another service (`28h`, `90d`), in milliseconds. */
export const tokenLife: z.ZodType<number> = z.string().transform((text, context) => {
  const [, count = '', unit = ''] = /^(\d{1,5})(m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (unit === 'd' ? 24 * 3_600_000 : (UNITS.get(unit) ?? 0));
  if (unit === '')
    return refuse(context, `${quoted(text)} is not a duration: write 60m, 28h or 90d`);
  if (ms >= TOKEN_LIFE_MS_MIN && ms <= TOKEN_LIFE_MS_MAX) return ms;
  return refuse(context, `${quoted(text)} is out of range: write between 10m and 90d`);
});

/** The period of a canary kind: see {@link CANARY_EVERY_MS_MIN}. */
export const canaryEvery: z.ZodType<number> = every.transform((ms, context) => {
  if (ms >= CANARY_EVERY_MS_MIN && ms <= CANARY_EVERY_MS_MAX) return ms;
  return refuse(context, 'is out of range for canaries: write between 1m and 6h');
});

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The root URL of a service (`https://host`) without a trailing slash. http only on this machine.
 */
export const root: z.ZodType<string> = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (url === null)
    return refuse(context, `${quoted(text)} is not a web address: write https://HOST`);
  if (url.username !== '' || url.password !== '') {
    return refuse(context, 'holds a name or password: remove it from the address');
  }
  if (url.search !== '' || url.hash !== '') {
    return refuse(context, `${quoted(text)} has a query: write the address without it`);
  }
  const isSafe = url.protocol === 'https:' || isLoopbackHttp(url);
  if (isSafe) return url.href.replace(/\/+$/, '');
  return refuse(
    context,
    `${quoted(text)} is not https: write https (plain http is for this machine only)`,
  );
});

function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK.has(hostname);
}

/** `127.0.0.1:8480`, `[::1]:8480`, or a port alone, which means loopback. */
export const listen: z.ZodType<ListenAddress> = z
  .union([z.string(), z.number()])
  .transform((given, context) => {
    const text = String(given);
    const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/i.exec(text);
    const port = Number(match?.[3] ?? Number.NaN);
    if (match !== null && port <= 65_535) {
      return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
    }
    return refuse(context, `${quoted(text)} is not an address to listen on: write 127.0.0.1:8480`);
  });

/** A Kafka broker as `host:port`. */
export const broker: z.ZodType<string> = z.string().transform((text, context) => {
  const port = Number(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text.trim())?.[1]);
  if (port > 0 && port <= 65_535) return text.trim();
  return refuse(context, `${quoted(text)} is not a broker: write it as HOST:9093`);
});

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

export function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER as never;
}
