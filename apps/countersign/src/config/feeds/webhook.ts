import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { SecretPlace } from '../config-values.ts';
import {
  WEBHOOK_PARALLEL_MAX,
  WEBHOOK_RECORDS_PER_REQUEST_MAX,
  WEBHOOK_SECRETS_MAX,
} from '../limits.ts';
import { secretPlace } from '../path-values.ts';
import { root } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
  feedUrl,
  refuseOwnAddress,
} from './feed-common.ts';

/** A receiver of Standard Webhooks 1.0.0 with CloudEvents 1.0.2 as body. */
export type WebhookFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'webhook';
    readonly url: string;
    /**
     * Each signs every request: `whsec_…` as v1, `whsk_…` as v1a. Two of them rotate: the receiver
     * accepts the old or the new one.
     */
    readonly secrets: readonly SecretPlace[];
    /** `thin`: id and link only, so that reading the content is recorded too. */
    readonly content: 'thin' | 'full';
    /** The address at which receivers reach this service, for the links. */
    readonly link?: string | undefined;
    /** More than 1: an array of CloudEvents. */
    readonly recordsPerRequest: number;
    /** Requests at the same time. More than 1: records may arrive out of order. */
    readonly parallel: number;
  };

export function webhookFeed(world: ConfigEnvironment): FeedSchema<WebhookFeedConfig> {
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('webhook'),
      url: feedUrl,
      secrets: z.array(secretPlace(world)).min(1).max(WEBHOOK_SECRETS_MAX),
      content: z.enum(['thin', 'full']).default('thin'),
      link: root.optional(),
      recordsPerRequest: z.int().min(1).max(WEBHOOK_RECORDS_PER_REQUEST_MAX).default(1),
      parallel: z.int().min(1).max(WEBHOOK_PARALLEL_MAX).default(1),
    })
    .superRefine(refuseOwnAddress);
}
