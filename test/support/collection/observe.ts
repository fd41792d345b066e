import { randomFillSync } from 'node:crypto';
import { instantOfMs, ManualClock } from '@countersign/core';
import { DelaySketch, type Observation } from '@countersign/coverage';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { ownEntryDraft } from '../../../apps/countersign/src/projection/entries/own-entry.ts';

const HOUR_MS = 3_600_000;
const random = { fill: (into: Uint8Array) => randomFillSync(into) };

/** All sources that the default rules need. Cutting one of them makes some rules blind. */
export const NEEDED_SOURCES: readonly string[] = [
  'm365.activity/Audit.AzureActiveDirectory',
  'm365.activity/Audit.Exchange',
  'm365.activity/Audit.General',
  'm365.activity/Audit.SharePoint',
  'graph/signIns',
  'azure-monitor/MicrosoftGraphActivityLogs',
  'defender/advanced-hunting',
];

export type ObservedOptions = {
  readonly tenant: string;
  readonly sources: readonly string[];
  readonly startMs: number;
  readonly hours: number;
  /** The interval of one poll; default: an hour. */
  readonly pollHours?: number;
};

/** Writes a collector's observations: each hour of these sources was requested and is complete. */
export async function observe(dir: string, options: ObservedOptions): Promise<void> {
  const { sources, startMs, hours, pollHours = 1 } = options;
  const clock = new ManualClock(startMs + hours * HOUR_MS);
  const writer = await openLedgerWriter({ dir, clock, random, acceptFork: 'accept' });
  const polls = sources.flatMap((source) =>
    Array.from({ length: Math.ceil(hours / pollHours) }, (_, at) => {
      const fromHour = at * pollHours;
      // The last one ends with the requested interval, at any instant.
      return poll(options, source, { fromHour, hours: Math.min(pollHours, hours - fromHour) });
    }),
  );
  await writer.ledger.append(
    polls.map((body) => ownEntryDraft('coverage', Date.parse(body.at), body)),
  );
  await closeWriter(writer);
  // The store continues from its cursor at the next opening.
  await closeWriter(await openLedgerWriter({ dir, clock, random }));
}

function poll(
  { tenant, startMs }: ObservedOptions,
  source: string,
  { fromHour, hours }: { readonly fromHour: number; readonly hours: number },
): Observation {
  const sketch = new DelaySketch();
  for (let minute = 1; minute <= 60; minute++) sketch.add(minute * 60_000);
  const toMs = startMs + (fromHour + hours) * HOUR_MS;
  return {
    ...{ v: 2, collector: 'activity-api', tenant, source, workload: null, subject: null },
    from: instantOfMs(toMs - hours * HOUR_MS) ?? '',
    to: instantOfMs(toMs) ?? '',
    ...{ axis: 'availability', outcome: 'complete', listed: 1, fetched: 1, records: 60 },
    ...{ duplicates: 0, quarantined: 0, because: null, code: null },
    delays: sketch.observed(),
    canaries: null,
    at: instantOfMs(toMs) ?? '',
  };
}
