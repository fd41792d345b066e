import { documentJson } from '../../delivery/record-json.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { OCSF_SEVERITY, severityOf, tenantOf, thinDocument, timeOf } from '../delivery-fields.ts';
import { MSGID_CHARACTERS_MAX } from './limits.ts';

/** RFC 5424 section 6.2.1. */
const SYSLOG_SEVERITY = {
  critical: 2,
  error: 3,
  warning: 4,
  notice: 5,
  informational: 6,
} as const;

export type MessageOptions = {
  /** 0 to 23: RFC 5424 section 6.2.1. */
  readonly facility: number;
  readonly hostname: string;
  readonly appName: string;
  /** IANA private enterprise number. It makes the name of the structured data unique. */
  readonly enterpriseNumber: number;
  /** A larger message is sent thin: without its document, with a link. */
  readonly messageBytesMax: number;
  /** The root of the service, for links. */
  readonly link: string | undefined;
};

/**
 * One SYSLOG-MSG (RFC 5424 section 6), without framing. The message is one line of JSON after a
 * byte order mark. A record without a time has the NILVALUE.
 */
export function syslogMessage(delivery: Delivery, options: MessageOptions): string {
  const document = documentJson(delivery);
  const message = `${headerOf(delivery, options)} ${BYTE_ORDER_MARK}${document}`;
  // UTF-8 has at most three octets per UTF-16 code unit.
  if (message.length * 3 <= options.messageBytesMax) return message;
  if (Buffer.byteLength(message) <= options.messageBytesMax) return message;
  const thin = thinDocument(delivery, Buffer.byteLength(document), options.link);
  return `${headerOf(delivery, options)} ${BYTE_ORDER_MARK}${JSON.stringify(thin)}`;
}

/** RFC 5425 section 4.3: the octets of the message in decimal, a space, and no line feed. */
export function framed(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** EF BB BF in UTF-8: RFC 5424 section 6.4. */
const BYTE_ORDER_MARK = '\uFEFF';
const NIL = '-';

function headerOf(delivery: Delivery, options: MessageOptions): string {
  const priority = options.facility * 8 + prioritySeverity(delivery);
  const { hostname, appName } = options;
  const messageId = delivery.kind.slice(0, MSGID_CHARACTERS_MAX);
  const data = structuredData(delivery, options.enterpriseNumber);
  return `<${priority}>1 ${timestamp(delivery)} ${hostname} ${appName} ${NIL} ${messageId} ${data}`;
}

function prioritySeverity(delivery: Delivery): number {
  if (delivery.kind === 'unreadable') return SYSLOG_SEVERITY.warning;
  switch (severityOf(delivery)) {
    case OCSF_SEVERITY.fatal:
    case OCSF_SEVERITY.critical:
      return SYSLOG_SEVERITY.critical;
    case OCSF_SEVERITY.high:
      return SYSLOG_SEVERITY.error;
    case OCSF_SEVERITY.medium:
      return SYSLOG_SEVERITY.warning;
    case OCSF_SEVERITY.informational:
    case undefined:
      return SYSLOG_SEVERITY.informational;
    default:
      // Low, and severities that the source does not know: they may not look harmless.
      return SYSLOG_SEVERITY.notice;
  }
}

/** RFC 5424 section 6.2.3 allows six decimals. Finer ones are cut. */
function timestamp(delivery: Delivery): string {
  const at = timeOf(delivery);
  const [, plain, decimals] = TIMESTAMP.exec(at ?? '') ?? [];
  return plain === undefined ? NIL : `${plain}${decimals ?? ''}Z`;
}

/** Leap seconds are not allowed (RFC 5424 section 6.2.3), and our instants have none. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d)(\.\d{1,6})?\d*Z$/;

function structuredData(delivery: Delivery, enterpriseNumber: number): string {
  const { id, index, kind } = delivery;
  const tenant = tenantOf(delivery);
  const parameters = [
    `id="${escaped(id)}"`,
    `index="${index}"`,
    `kind="${escaped(kind)}"`,
    ...(tenant === undefined ? [] : [`tenant="${escaped(tenant)}"`]),
  ];
  return `[cs@${enterpriseNumber} ${parameters.join(' ')}]`;
}

/** RFC 5424 section 6.3.3. */
function escaped(value: string): string {
  return /["\\\]]/.test(value) ? value.replace(/["\\\]]/g, '\\$&') : value;
}
