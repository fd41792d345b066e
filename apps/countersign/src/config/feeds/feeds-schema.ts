import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import { FEEDS_MAX } from '../limits.ts';
import { type KafkaFeedConfig, kafkaFeed } from './kafka.ts';
import { type LakeFeedConfig, lakeFeed } from './lake.ts';
import { mailFeed, type NotifyFeedConfig, pagerDutyFeed, slackFeed, teamsFeed } from './notify.ts';
import { type SentinelFeedConfig, sentinelFeed } from './sentinel.ts';
import { type SplunkFeedConfig, splunkFeed } from './splunk.ts';
import { type SyslogFeedConfig, syslogFeed } from './syslog.ts';
import { type WebhookFeedConfig, webhookFeed } from './webhook.ts';

/** One configured feed. Each kind of receiver has its own file in this folder. */
export type FeedConfig =
  | KafkaFeedConfig
  | LakeFeedConfig
  | NotifyFeedConfig
  | SentinelFeedConfig
  | SplunkFeedConfig
  | SyslogFeedConfig
  | WebhookFeedConfig;

export function feedsSchema(world: ConfigEnvironment): z.ZodType<readonly FeedConfig[]> {
  const feed = z.discriminatedUnion('kind', [
    kafkaFeed(world),
    lakeFeed(world),
    mailFeed(world),
    pagerDutyFeed(world),
    sentinelFeed(world),
    slackFeed(world),
    splunkFeed(world),
    syslogFeed(world),
    teamsFeed(world),
    webhookFeed(world),
  ]);
  return z
    .array(feed)
    .max(FEEDS_MAX)
    .superRefine((feeds, context) => {
      const seen = new Set<string>();
      for (const [at, { name }] of feeds.entries()) {
        const message = `${quoted(name)} is the name of another feed as well: choose another`;
        if (seen.has(name)) context.addIssue({ code: 'custom', path: [at, 'name'], message });
        seen.add(name);
      }
    });
}
