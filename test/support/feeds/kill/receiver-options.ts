import { SENTINEL_COLUMNS } from '../../../../apps/countersign/src/feeds/sinks/sentinel/sentinel-row.ts';
import type { SentinelOptions } from '../../../../apps/countersign/src/feeds/testing/fake-sentinel.ts';
import type { SplunkOptions } from '../../../../apps/countersign/src/feeds/testing/fake-splunk.ts';

/** Receivers that run in a process of their own. */
export type ReceiverKind =
  | 'webhook'
  | 'splunk'
  | 'splunk-ack'
  | 'sentinel'
  | 'mail'
  | 'slack'
  | 'teams'
  | 'pagerduty';

export const HEC_TOKEN = 'the-token';

/** Two indexers behind a sticky load balancer. */
export function splunkOptions(acknowledgment: boolean): SplunkOptions {
  return { tokens: { [HEC_TOKEN]: { acknowledgment } }, indexers: 2, stickiness: 'cookie' };
}

export const SENTINEL_OPTIONS: SentinelOptions = {
  rule: 'dcr-0123456789abcdef0123456789abcdef',
  stream: 'Custom-Countersign',
  columns: Object.keys(SENTINEL_COLUMNS),
  tenant: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
  clientId: '22222222-2f4c-4b7a-9d1e-5a6b7c8d9e0f',
  secret: 'the-secret',
  scope: 'https://monitor.azure.com/.default',
};
