import { createHash } from 'node:crypto';
import type { Delivery } from '../../delivery/sink.ts';
import { OCSF_SEVERITY, severityOf, tenantOf } from '../delivery-fields.ts';
import { safeText } from './safe-text.ts';

/** One message to people about one incident. */
export type Notification = {
  /** Stable: the same message has it after a restart. Receivers drop duplicates by it. */
  readonly id: string;
  /** Stable for all messages of the incident. */
  readonly incident: string;
  readonly change: 'opened' | 'raised' | 'ended';
  /** OCSF `severity_id`. */
  readonly severity: number;
  /** The id of the finding behind the message. */
  readonly finding: string;
  /** The entry of the finding. */
  readonly index: number;
  readonly at: string;
  readonly tenant: string | undefined;
  /** Undefined unless the feed may send content. Safe for plain text. */
  readonly title: string | undefined;
  readonly link: string | undefined;
};

/** What a finding's entry says. */
export type FindingNews = {
  readonly uid: string;
  readonly severity: number;
  readonly title: string;
  readonly tenant: string | undefined;
  readonly principals: readonly string[];
  readonly isClosed: boolean;
  readonly index: number;
  readonly at: string;
};

/** Undefined for entries that are no finding. */
export function findingNewsOf(delivery: Delivery): FindingNews | undefined {
  if (delivery.kind !== 'finding' || !('body' in delivery)) return undefined;
  const body = delivery.body as {
    readonly activity_id?: unknown;
    readonly status_id?: unknown;
    readonly finding_info?: { readonly uid?: unknown; readonly title?: unknown };
    readonly evidences?: readonly { readonly data?: { readonly principals?: unknown } }[];
  };
  const { uid, title } = body.finding_info ?? {};
  if (typeof uid !== 'string') return undefined;
  const principals = body.evidences?.[0]?.data?.principals;
  return {
    uid,
    severity: severityOf(delivery) ?? OCSF_SEVERITY.unknown,
    title: typeof title === 'string' ? title : '',
    tenant: tenantOf(delivery),
    principals: Array.isArray(principals) ? principals.map(String) : [],
    isClosed: body.activity_id === CLOSE || body.status_id === SUPPRESSED,
    index: delivery.index,
    at: delivery.at,
  };
}

/** OCSF `activity_id` and `status_id` of a Detection Finding. */
const CLOSE = 3;
const SUPPRESSED = 3;

export type NotificationOptions = {
  readonly origin: string;
  readonly content: 'link' | 'title';
  /** The address of the service. */
  readonly link: string | undefined;
};

export function notificationOf(
  news: FindingNews,
  sent: Pick<Notification, 'incident' | 'change' | 'severity'> & { readonly route: string },
  { origin, content, link }: NotificationOptions,
): Notification {
  const { uid, index, at, tenant, title } = news;
  const { incident, change, severity, route } = sent;
  const identity = JSON.stringify([origin, index, incident, change, severity, route]);
  return {
    id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    ...{ incident, change, severity, finding: uid, index, at, tenant },
    title: content === 'title' && title !== '' ? safeText(title) : undefined,
    link: link === undefined ? undefined : `${link}${FINDING_PATH}${encodeURIComponent(uid)}`,
  };
}

/** The path of a finding in the HTTP API. */
const FINDING_PATH = '/api/v1/findings/';

const SEVERITY_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OCSF_SEVERITY).map(([name, id]) => [
    id,
    `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  ]),
);

export function severityName(severity: number): string {
  return SEVERITY_NAMES.get(severity) ?? 'Unknown';
}

/** One line for a subject or a headline. It names no person unless the feed may send content. */
export function headlineOf({ change, severity, title, incident }: Notification): string {
  const name = severityName(severity);
  const what = title === undefined ? `incident ${incident}` : title;
  switch (change) {
    case 'opened':
      return `${name}: ${what}`;
    case 'raised':
      return `Raised to ${name.toLowerCase()}: ${what}`;
    case 'ended':
      return `Ended: ${what}`;
  }
}

/** The facts that each message states, in order. */
export function factsOf(notification: Notification): readonly (readonly [string, string])[] {
  const { severity, incident, finding, tenant, at } = notification;
  return [
    ['Severity', severityName(severity)],
    ['Incident', incident],
    ['Finding', finding],
    ...(tenant === undefined ? [] : [['Tenant', tenant] as const]),
    ['Time', at],
  ];
}

/** What people do next. Without a link, the command line shows the finding. */
export function nextStepOf({ link, finding }: Notification): string {
  return link ?? `countersign findings show ${finding}`;
}
