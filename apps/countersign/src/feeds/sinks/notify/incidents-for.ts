import type { FeedConfig } from '../../../config/feeds/feeds-schema.ts';
import type { IncidentIndex, IncidentIndexOptions } from './incident-index.ts';

const NOTIFICATIONS: ReadonlySet<FeedConfig['kind']> = new Set([
  'mail',
  'pagerduty',
  'slack',
  'teams',
]);

/** Opens the index of incidents if any feed notifies people. Others do not pay for the store. */
export async function incidentsFor(
  feeds: readonly FeedConfig[],
  { dir, clock, wait }: IncidentIndexOptions,
): Promise<IncidentIndex | undefined> {
  if (!feeds.some(({ kind }) => NOTIFICATIONS.has(kind))) return undefined;
  const { IncidentIndex } = await import('./incident-index.ts');
  return new IncidentIndex({ dir, clock, wait });
}
