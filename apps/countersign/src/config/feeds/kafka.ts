import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { SecretPlace } from '../config-values.ts';
import { KAFKA_BROKERS_MAX } from '../limits.ts';
import { secretPlace } from '../path-values.ts';
import { broker, isLoopback, name, refuse } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
} from './feed-common.ts';

export type KafkaTopicsConfig = {
  readonly event: string;
  readonly finding: string;
  readonly decision: string;
  /** For every other kind of entry. */
  readonly other: string;
};

/** Apache Kafka or Azure Event Hubs. */
export type KafkaFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'kafka';
    /** Every broker of the cluster. */
    readonly brokers: readonly string[];
    readonly transport: 'tls' | 'plain';
    /** SASL PLAIN. */
    readonly login?: { readonly user: string; readonly password: SecretPlace } | undefined;
    /** The connection string of an Event Hubs namespace, in place of a login. */
    readonly connectionString?: SecretPlace | undefined;
    readonly topics: KafkaTopicsConfig;
    readonly compression: 'none' | 'gzip' | 'zstd';
  };

export function kafkaFeed(world: ConfigEnvironment): FeedSchema<KafkaFeedConfig> {
  const secret = secretPlace(world);
  const topics = z.strictObject({
    event: topicName.default('countersign.events.v1'),
    finding: topicName.default('countersign.findings.v1'),
    decision: topicName.default('countersign.decisions.v1'),
    other: topicName.default('countersign.entries.v1'),
  });
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('kafka'),
      brokers: z.array(broker).min(1).max(KAFKA_BROKERS_MAX),
      transport: z.enum(['tls', 'plain']).default('tls'),
      login: z.strictObject({ user: name, password: secret }).optional(),
      connectionString: secret.optional(),
      topics: topics.prefault({}),
      compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
    })
    .superRefine(refuseUnsafe);
}

function refuseUnsafe(
  feed: Pick<KafkaFeedConfig, 'brokers' | 'transport' | 'login' | 'connectionString' | 'allow'>,
  context: z.RefinementCtx,
): void {
  const hosts = feed.brokers.map((each) => each.slice(0, each.lastIndexOf(':')));
  const here = hosts.filter((host) => isLoopback(host.replace(/^\[|\]$/g, '')));
  if (feed.transport === 'plain' && here.length < hosts.length) {
    const message = 'is not encrypted: write tls (plain is for this machine only)';
    context.addIssue({ code: 'custom', path: ['transport'], message });
  }
  if (here.length > 0 && !feed.allow.includes('loopback')) {
    const message = 'has an address of this machine: add "allow: [loopback]" if that is intended';
    context.addIssue({ code: 'custom', path: ['brokers'], message });
  }
  if (feed.login !== undefined && feed.connectionString !== undefined) {
    const message = 'has a login already: remove login or connectionString';
    context.addIssue({ code: 'custom', path: ['connectionString'], message });
  }
}

/** Kafka's own rule for names of topics. */
const topicName: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/.test(text)) return text;
  const form = 'write 1 to 249 letters, digits, dots, hyphens and underscores';
  return refuse(context, `${quoted(text)} is not the name of a topic: ${form}`);
});
