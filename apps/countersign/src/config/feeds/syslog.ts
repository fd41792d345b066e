import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from '../config-environment.ts';
import {
  ENTERPRISE_NUMBER_MAX,
  SYSLOG_APP_NAME_CHARACTERS_MAX,
  SYSLOG_FACILITY_MAX,
  SYSLOG_HOSTNAME_CHARACTERS_MAX,
  SYSLOG_MESSAGE_BYTES_DEFAULT,
  SYSLOG_MESSAGE_BYTES_MAX,
  SYSLOG_MESSAGE_BYTES_MIN,
} from '../limits.ts';
import { every, isLoopback, name, refuse, root } from '../scalar-values.ts';
import {
  type FeedCommon,
  type FeedSchema,
  type FeedTls,
  feedCommon,
  feedTls,
} from './feed-common.ts';

/** A receiver of syslog (RFC 5424) over TLS (RFC 5425). */
export type SyslogFeedConfig = FeedCommon &
  FeedTls & {
    readonly kind: 'syslog';
    readonly address: SyslogAddress;
    /** `tcp`: the same frames without TLS, on this machine only. */
    readonly transport: 'tls' | 'tcp';
    /** The name in the certificate of the receiver, if it is not its host. */
    readonly serverName?: string | undefined;
    /** 0 to 23 (RFC 5424 section 6.2.1). */
    readonly facility: number;
    /** Undefined: the name of this machine. */
    readonly hostname?: string | undefined;
    readonly appName: string;
    /** IANA private enterprise number of the company. */
    readonly enterpriseNumber: number;
    /** A larger message is sent thin: without its document, with a link. */
    readonly messageBytesMax: number;
    /** How long before a break of the connection records may have been lost, in milliseconds. */
    readonly resend: number;
    /** The address at which receivers reach this service, for the links. */
    readonly link?: string | undefined;
  };

export type SyslogAddress = { readonly host: string; readonly port: number };

/** RFC 5425 section 4.1. */
const PORT_DEFAULT = 6514;
/** RFC 5424 section 6.2.1: log audit. */
const FACILITY_DEFAULT = 13;
/** RFC 5612: for examples. The receiver's rules may depend on it, so a company sets its own. */
const ENTERPRISE_NUMBER_EXAMPLE = 32_473;

export function syslogFeed(world: ConfigEnvironment): FeedSchema<SyslogFeedConfig> {
  return z
    .strictObject({
      ...feedCommon(),
      ...feedTls(world),
      kind: z.literal('syslog'),
      address,
      transport: z.enum(['tls', 'tcp']).default('tls'),
      serverName: name.optional(),
      facility: z.int().min(0).max(SYSLOG_FACILITY_MAX).default(FACILITY_DEFAULT),
      hostname: headerName(SYSLOG_HOSTNAME_CHARACTERS_MAX).optional(),
      appName: headerName(SYSLOG_APP_NAME_CHARACTERS_MAX).default('countersign'),
      enterpriseNumber: z
        .int()
        .min(1)
        .max(ENTERPRISE_NUMBER_MAX)
        .default(ENTERPRISE_NUMBER_EXAMPLE),
      messageBytesMax: z
        .int()
        .min(SYSLOG_MESSAGE_BYTES_MIN)
        .max(SYSLOG_MESSAGE_BYTES_MAX)
        .default(SYSLOG_MESSAGE_BYTES_DEFAULT),
      resend: every.default(30_000),
      link: root.optional(),
    })
    .superRefine(refuseUnsafeAddress);
}

/** `HOST`, `HOST:PORT` or `[IPV6]:PORT`. */
const address: z.ZodType<SyslogAddress> = z.string().transform((text, context) => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? PORT_DEFAULT);
  if (host !== undefined && port > 0 && port <= 65_535) return { host, port };
  return refuse(context, `${quoted(text)} is not the address of a receiver: write HOST:6514`);
});

/** RFC 5424 section 6: printable US-ASCII without space. */
function headerName(charactersMax: number): z.ZodType<string> {
  return z.string().transform((text, context) => {
    if (/^[\x21-\x7e]+$/.test(text) && text.length <= charactersMax) return text;
    const form = `write 1 to ${charactersMax} letters, digits, dots and hyphens`;
    return refuse(context, `${quoted(text)} cannot be in the header of a message: ${form}`);
  });
}

function refuseUnsafeAddress(
  feed: Pick<SyslogFeedConfig, 'address' | 'transport' | 'allow'>,
  context: z.RefinementCtx,
): void {
  const isHere = isLoopback(feed.address.host);
  if (isHere && !feed.allow.includes('loopback')) {
    const message = 'is an address of this machine: add "allow: [loopback]" if that is intended';
    context.addIssue({ code: 'custom', path: ['address'], message });
  }
  if (!isHere && feed.transport === 'tcp') {
    const message = 'is not encrypted: write tls (tcp is for this machine only)';
    context.addIssue({ code: 'custom', path: ['transport'], message });
  }
}
