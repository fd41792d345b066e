import type { ReceiverAnswer } from '../../delivery/http-post.ts';
import { OCSF_SEVERITY } from '../delivery-fields.ts';
import { headlineOf, type Notification, nextStepOf, severityName } from './notification.ts';

/** Limits of the Events API v2. */
const SUMMARY_CHARACTERS_MAX = 1024;
const KEY_CHARACTERS_MAX = 255;

export type PagerDutyOptions = {
  /** The integration key of a service. A secret. */
  readonly routingKey: string;
  /** The origin of the ledger. */
  readonly origin: string;
};

/**
 * PagerDuty Events API v2. One alert for each incident: `dedup_key` makes repeated events harmless.
 * A rise of the severity is a trigger with the same key, and the end of the incident resolves it.
 */
export function pagerDutyEvent(
  notification: Notification,
  { routingKey, origin }: PagerDutyOptions,
): object {
  const { change, incident, severity, finding, tenant, at, link } = notification;
  const common = {
    routing_key: routingKey,
    dedup_key: `${origin}/${incident}`.slice(-KEY_CHARACTERS_MAX),
  };
  if (change === 'ended') return { ...common, event_action: 'resolve' };
  return {
    ...common,
    event_action: 'trigger',
    client: 'Countersign',
    payload: {
      summary: headlineOf(notification).slice(0, SUMMARY_CHARACTERS_MAX),
      source: tenant ?? origin,
      severity: pagerDutySeverity(severity),
      timestamp: at,
      component: 'Microsoft 365',
      class: 'Detection Finding',
      custom_details: {
        severity: severityName(severity),
        incident,
        finding,
        next: nextStepOf(notification),
      },
    },
    ...(link !== undefined && { links: [{ href: link, text: 'Open the finding' }] }),
  };
}

function pagerDutySeverity(severity: number): 'critical' | 'error' | 'warning' | 'info' {
  const { fatal, critical, high, medium } = OCSF_SEVERITY;
  if (severity === fatal || severity === critical) return 'critical';
  if (severity === high) return 'error';
  return severity === medium ? 'warning' : 'info';
}

/** PagerDuty answers 400 for an unknown key as well as for an event that it does not understand. */
export function isRoutingKeyRefused({ status, body }: ReceiverAnswer): boolean {
  return status === 400 && /routing[ _-]?key/i.test(body);
}
