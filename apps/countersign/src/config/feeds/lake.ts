import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { SecretPlace } from '../config-values.ts';
import { folderToMake, secretPlace } from '../path-values.ts';
import { every, isLoopback, refuse } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
  feedUrl,
} from './feed-common.ts';

/** A bucket, in path style. */
export type LakeBucket = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: SecretPlace;
  readonly secretAccessKey: SecretPlace;
  /** Of temporary credentials. */
  readonly sessionToken?: SecretPlace | undefined;
};

/** Parquet files in the layout of an Amazon Security Lake custom source. */
export type LakeFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'lake';
    /** One of the two. */
    readonly folder?: string | undefined;
    readonly s3?: LakeBucket | undefined;
    /** The start of the names of custom sources. */
    readonly source: string;
    readonly region: string;
    readonly accountId: string;
    /** Milliseconds between two files. */
    readonly every: number;
  };

export function lakeFeed(world: ConfigEnvironment): FeedSchema<LakeFeedConfig> {
  const secret = secretPlace(world);
  const s3 = z.strictObject({
    endpoint: feedUrl,
    bucket: bucketName,
    accessKeyId: secret,
    secretAccessKey: secret,
    sessionToken: secret.optional(),
  });
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('lake'),
      // A lake holds OCSF events only.
      kinds: z
        .array(z.enum(['event', 'finding']))
        .min(1)
        .default(['event', 'finding']),
      folder: folderToMake(world).optional(),
      s3: s3.optional(),
      source: sourcePrefix.default('countersign'),
      region: pathPart,
      accountId: pathPart,
      every: every.default(300_000),
    })
    .superRefine(refuseUnclearPlace);
}

function refuseUnclearPlace(
  { folder, s3, allow }: Pick<LakeFeedConfig, 'folder' | 's3' | 'allow'>,
  context: z.RefinementCtx,
): void {
  if ((folder === undefined) === (s3 === undefined)) {
    context.addIssue({ code: 'custom', message: 'needs folder or s3: name where the files go' });
  }
  const host = URL.parse(s3?.endpoint ?? '')?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (isLoopback(host) && !allow.includes('loopback')) {
    const message = 'is an address of this machine: add "allow: [loopback]" if that is intended';
    context.addIssue({ code: 'custom', path: ['s3', 'endpoint'], message });
  }
}

/** Security Lake: a name has at most 20 characters. `-` and four digits follow. */
const sourcePrefix: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,14}$/.test(text)) return text;
  const form = 'write 1 to 15 letters, digits, hyphens and underscores';
  return refuse(context, `${quoted(text)} is not the start of a source name: ${form}`);
});

/** One part of a path, without anything that leads elsewhere. */
const pathPart: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(text)) return text;
  const form = 'write letters, digits, hyphens and underscores';
  return refuse(context, `${quoted(text)} cannot be part of a path: ${form}`);
});

const bucketName: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return text;
  const form = 'write 3 to 63 lower-case letters, digits, dots and hyphens';
  return refuse(context, `${quoted(text)} is not the name of a bucket: ${form}`);
});
