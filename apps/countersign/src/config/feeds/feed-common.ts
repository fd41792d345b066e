import { quoted, type TenantId } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import { CLASS_UID_MAX, CLASS_UID_MIN } from '../limits.ts';
import { existingFile } from '../path-values.ts';
import { isLoopback, refuse, tenant } from '../scalar-values.ts';
import { FEED_KINDS, type FeedKind } from './feed-kind.ts';

/** OCSF `severity_id` 1 to 6, by position. */
export const FEED_SEVERITIES = [
  'informational',
  'low',
  'medium',
  'high',
  'critical',
  'fatal',
] as const;

/** Addresses that a feed may call only if its configuration names them. */
export const ADDRESS_GROUPS = ['loopback', 'private'] as const;
export type AddressGroup = (typeof ADDRESS_GROUPS)[number];

/** What every feed has, whatever its receiver. */
export type FeedCommon = {
  /** Names the feed in commands, metrics and entries. No other feed has it. */
  readonly name: string;
  /** Only entries of these kinds. Erasures are sent in any case. */
  readonly kinds: readonly FeedKind[];
  /** Only events and findings of these OCSF classes. Undefined: all. */
  readonly classes?: readonly number[] | undefined;
  /** Only events and findings that are at least as severe. Undefined: all. */
  readonly severity?: (typeof FEED_SEVERITIES)[number] | undefined;
  /** Only entries of these tenants, and those that belong to none. Undefined: all. */
  readonly tenants?: readonly TenantId[] | undefined;
  readonly people: 'names' | 'pseudonyms';
  /** Where a new feed starts. */
  readonly start: 'latest' | 'beginning';
  readonly allow: readonly AddressGroup[];
};

/** A schema for each member. */
type Members<T> = { readonly [Name in keyof T]-?: z.ZodType<T[Name]> };

/** A schema of one kind of feed, as an option of the union of all kinds. */
export type FeedSchema<T> = z.ZodType<T> & z.core.$ZodTypeDiscriminable;

/** A name that is safe as an argument and as a label of a metric. */
const feedName: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  const form = 'write 1 to 63 lower-case letters, digits and hyphens';
  return refuse(context, `${quoted(text)} is not the name of a feed: ${form}`);
});

/** The members of {@link FeedCommon}, for the schema of each kind of feed. */
export function feedCommon(): Members<FeedCommon> {
  return {
    name: feedName,
    kinds: z
      .array(z.enum(FEED_KINDS as readonly [FeedKind, ...FeedKind[]]))
      .min(1)
      .default(['event', 'finding', 'decision']),
    classes: z.array(z.int().min(CLASS_UID_MIN).max(CLASS_UID_MAX)).min(1).optional(),
    severity: z.enum(FEED_SEVERITIES).optional(),
    tenants: z.array(tenant).min(1).optional(),
    people: z.enum(['names', 'pseudonyms']).default('names'),
    start: z.enum(['latest', 'beginning']).default('latest'),
    allow: z.array(z.enum(ADDRESS_GROUPS)).default([]),
  };
}

/** How a feed checks its receiver, and proves itself to it. */
export type FeedTls = {
  /** PEM of authorities to trust instead of those of this machine. */
  readonly authorityFile?: string | undefined;
  /** PEM of a client certificate, for receivers that require mutual TLS. */
  readonly clientCertificate?:
    | { readonly file: string; readonly keyFile?: string | undefined }
    | undefined;
};

/** The members of {@link FeedTls}. */
export function feedTls(world: ConfigEnvironment): Members<FeedTls> {
  const existing = existingFile(world);
  return {
    authorityFile: existing.optional(),
    clientCertificate: z.strictObject({ file: existing, keyFile: existing.optional() }).optional(),
  };
}

/** An https address with a path. Plain http only on this machine. */
export const feedUrl: z.ZodType<string> = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return refuse(context, `${quoted(text)} is not a web address: write https://HOST/PATH`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse(context, 'holds a name or password: remove it from the address');
  }
  if (url.hash !== '') return refuse(context, `${quoted(text)} has a fragment: remove it`);
  const isHere = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol === 'https:' || isHere) return url.href;
  const cure = 'write https (plain http is for this machine only)';
  return refuse(context, `${quoted(text)} is not https: ${cure}`);
});

/** Refuses an address on this machine that `allow` does not name: it may be a mistake. */
export function refuseOwnAddress(
  { url, allow }: { readonly url: string; readonly allow: readonly AddressGroup[] },
  context: z.RefinementCtx,
): void {
  const isHere = isLoopback((URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, ''));
  if (!isHere || allow.includes('loopback')) return;
  const message = 'is an address of this machine: add "allow: [loopback]" if that is intended';
  context.addIssue({ code: 'custom', path: ['url'], message });
}
