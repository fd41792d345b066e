import { quoted, type TenantId } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { CredentialPlace } from '../config-values.ts';
import { credentials } from '../credentials-schema.ts';
import { refuse, root, tenant } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
  refuseOwnAddress,
} from './feed-common.ts';

/** The clouds of Azure Monitor. Each has its own scope. */
export const AZURE_CLOUDS = ['public', 'china', 'usGovernment'] as const;
export type AzureCloud = (typeof AZURE_CLOUDS)[number];

/** A table of Microsoft Sentinel, through the Logs Ingestion API of Azure Monitor. */
export type SentinelFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'sentinel';
    /** The logs ingestion endpoint of the rule, or of a data collection endpoint. */
    readonly url: string;
    /** The immutable id of the data collection rule (DCR). */
    readonly rule: string;
    /** As the rule declares it. */
    readonly stream: string;
    /** The Entra tenant of the app. */
    readonly tenant: TenantId;
    readonly cloud: AzureCloud;
    /** Undefined: the authority of the cloud. */
    readonly authority?: string | undefined;
    readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
    /** The address at which receivers reach this service, for the links. */
    readonly link?: string | undefined;
  };

export function sentinelFeed(world: ConfigEnvironment): FeedSchema<SentinelFeedConfig> {
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('sentinel'),
      url: root,
      rule: ruleId,
      stream: streamName,
      tenant,
      cloud: z.enum(AZURE_CLOUDS).default('public'),
      authority: root.optional(),
      credentials: credentials(world),
      link: root.optional(),
    })
    .superRefine(refuseOwnAddress);
}

const ruleId: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^dcr-[0-9a-f]{32}$/.test(text)) return text;
  const cure = 'write the immutableId of the rule, as in dcr-00000000000000000000000000000000';
  return refuse(context, `${quoted(text)} is not the id of a data collection rule: ${cure}`);
});

const streamName: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^Custom-[A-Za-z][A-Za-z0-9_]{0,99}$/.test(text)) return text;
  const cure = 'write it as the rule declares it, as in Custom-Countersign';
  return refuse(context, `${quoted(text)} is not the name of a stream: ${cure}`);
});
