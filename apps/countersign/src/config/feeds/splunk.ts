import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { SecretPlace } from '../config-values.ts';
import { secretPlace } from '../path-values.ts';
import { name, root } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
  refuseOwnAddress,
} from './feed-common.ts';

/** The HTTP Event Collector (HEC) of Splunk. */
export type SplunkFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'splunk';
    /** Without `/services/collector`. */
    readonly url: string;
    readonly token: SecretPlace;
    /** Whether the token has indexer acknowledgment. Splunk Cloud has none. */
    readonly acknowledgment: boolean;
    /** Undefined: the default of the token, or of Splunk. */
    readonly index?: string | undefined;
    readonly host?: string | undefined;
    readonly source: string;
    readonly sourceType: string;
  };

export function splunkFeed(world: ConfigEnvironment): FeedSchema<SplunkFeedConfig> {
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('splunk'),
      url: root,
      token: secretPlace(world),
      acknowledgment: z.boolean().default(false),
      index: name.optional(),
      host: name.optional(),
      source: name.default('countersign'),
      sourceType: name.default('ocsf:json'),
    })
    .superRefine(refuseOwnAddress);
}
