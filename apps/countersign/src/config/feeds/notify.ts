import { quoted, type TenantId } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import type { SecretPlace } from '../config-values.ts';
import { NOTIFY_RECIPIENTS_MAX, NOTIFY_ROUTES_MAX } from '../limits.ts';
import { existingFile, secretPlace } from '../path-values.ts';
import { isLoopback, name, refuse, root, tenant } from '../scalar-values.ts';
import {
  FEED_SEVERITIES,
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
  feedUrl,
} from './feed-common.ts';

/** Which findings go to a route. */
export type NotifyRouteConfig = {
  /** Findings that are at least as severe. */
  readonly severity: (typeof FEED_SEVERITIES)[number];
  /** Undefined: all. */
  readonly tenants?: readonly TenantId[] | undefined;
  /** A file with one id or user principal name a line. Undefined: everyone. */
  readonly group?: string | undefined;
};

type Notify = FeedCommon &
  FeedTls & {
    /** `title`: the title of a finding too. It names people. */
    readonly content: 'link' | 'title';
    /** The address at which people reach this service, for the links. */
    readonly link?: string | undefined;
  };

/** Mail over SMTP. */
export type MailFeedConfig = Notify & {
  readonly kind: 'mail';
  readonly server: { readonly host: string; readonly port: number };
  readonly security: 'starttls' | 'tls' | 'plain';
  readonly login?: { readonly user: string; readonly password: SecretPlace } | undefined;
  readonly from: string;
  readonly routes: readonly (NotifyRouteConfig & { readonly to: readonly string[] })[];
};

/** Messages to Slack or Teams. The address of a webhook is its only secret. */
export type ChatFeedConfig = Notify & {
  readonly kind: 'slack' | 'teams';
  readonly routes: readonly (NotifyRouteConfig & { readonly webhook: SecretPlace })[];
};

/** Events to PagerDuty. */
export type PagerDutyFeedConfig = Notify & {
  readonly kind: 'pagerduty';
  readonly url: string;
  readonly routes: readonly (NotifyRouteConfig & { readonly routingKey: SecretPlace })[];
};

export type NotifyFeedConfig = MailFeedConfig | ChatFeedConfig | PagerDutyFeedConfig;

export function mailFeed(world: ConfigEnvironment): FeedSchema<MailFeedConfig> {
  const login = z.strictObject({ user: name, password: secretPlace(world) });
  const to = { to: z.array(mailAddress).min(1).max(NOTIFY_RECIPIENTS_MAX) };
  return z
    .strictObject({
      ...notify(world),
      kind: z.literal('mail'),
      server: mailServer,
      security: z.enum(['starttls', 'tls', 'plain']).default('starttls'),
      login: login.optional(),
      from: mailAddress,
      routes: z
        .array(z.strictObject({ ...route(world), ...to }))
        .min(1)
        .max(NOTIFY_ROUTES_MAX),
    })
    .refine(({ security, server }) => security !== 'plain' || isLoopback(server.host), {
      message: 'would send mail and login unencrypted: write "security: starttls" or "tls"',
    });
}

export function slackFeed(world: ConfigEnvironment): FeedSchema<ChatFeedConfig> {
  return z.strictObject({ ...notify(world), kind: z.literal('slack'), routes: chatRoutes(world) });
}

export function teamsFeed(world: ConfigEnvironment): FeedSchema<ChatFeedConfig> {
  return z.strictObject({ ...notify(world), kind: z.literal('teams'), routes: chatRoutes(world) });
}

export function pagerDutyFeed(world: ConfigEnvironment): FeedSchema<PagerDutyFeedConfig> {
  const routingKey = { routingKey: secretPlace(world) };
  return z.strictObject({
    ...notify(world),
    kind: z.literal('pagerduty'),
    url: feedUrl.default('https://events.pagerduty.com/v2/enqueue'),
    routes: z
      .array(z.strictObject({ ...route(world), ...routingKey }))
      .min(1)
      .max(NOTIFY_ROUTES_MAX),
  });
}

function chatRoutes(world: ConfigEnvironment) {
  const webhook = { webhook: secretPlace(world) };
  return z
    .array(z.strictObject({ ...route(world), ...webhook }))
    .min(1)
    .max(NOTIFY_ROUTES_MAX);
}

function notify(world: ConfigEnvironment) {
  const common = feedCommon();
  return {
    ...common,
    ...feedTls(world),
    // People are notified of findings. Everything else is for machines.
    kinds: z.array(z.literal('finding')).min(1).max(1).default(['finding']),
    content: z.enum(['link', 'title']).default('link'),
    link: root.optional(),
  };
}

function route(world: ConfigEnvironment) {
  return {
    severity: z.enum(FEED_SEVERITIES).default('high'),
    tenants: z.array(tenant).min(1).optional(),
    group: existingFile(world).optional(),
  };
}

/**
 * RFC 5321, 4.1.2, without quoted names: a plain address cannot carry a second header or recipient.
 */
const mailAddress: z.ZodType<string> = z.string().transform((text, context) => {
  const isPlain = /^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(text);
  if (isPlain) return text;
  return refuse(context, `${quoted(text)} is not a mail address: write it as soc@example.com`);
});

const mailServer = z.string().transform((text, context) => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match !== null && port > 0 && port <= 65_535)
    return { host: match[1] ?? match[2] ?? '', port };
  return refuse(context, `${quoted(text)} is not a mail server: write it as HOST:587`);
});
