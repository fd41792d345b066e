import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock, type SourceId, type TenantId } from '@countersign/core';
import type { Feed } from '@countersign/emulator';
import {
  type DetectorHealth,
  detectorHealth,
} from '../../../apps/countersign/src/detection/health/detector-health.ts';
import { LedgerSink } from '../../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { loadDetection } from '../../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../../apps/countersign/src/operations/host/run-detection.ts';
import type { LedgerWriter } from '../../../apps/countersign/src/projection/ledger-writer.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';
import { observe } from '../collection/observe.ts';
import { type AttributedFinding, findingsIn } from './detect.ts';
import { recordScenarios, type ScenarioRecording } from './scenario-recording.ts';
import { SCENARIOS, type ScenarioSetup } from './scenario-setups.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Collectors started before the attackers arrived, and ran until they had finished. */
const AROUND_DAYS = 2;
const POLL_HOURS = 6;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

export type CollectedFeed =
  | Extract<
      Feed,
      | 'activity/Audit.AzureActiveDirectory'
      | 'activity/Audit.Exchange'
      | 'activity/Audit.SharePoint'
      | 'activity/Audit.General'
    >
  | `azure/${Category}`;

type Category =
  | 'SignInLogs'
  | 'NonInteractiveUserSignInLogs'
  | 'ServicePrincipalSignInLogs'
  | 'AuditLogs'
  | 'MicrosoftGraphActivityLogs'
  | 'EmailEvents'
  | 'EmailAttachmentInfo'
  | 'EmailUrlInfo';

/** The source id of a collected feed. */
const SOURCES: Readonly<Record<CollectedFeed, string>> = {
  'activity/Audit.AzureActiveDirectory': 'm365.activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange': 'm365.activity/Audit.Exchange',
  'activity/Audit.SharePoint': 'm365.activity/Audit.SharePoint',
  'activity/Audit.General': 'm365.activity/Audit.General',
  'azure/SignInLogs': 'azure-monitor/SignInLogs',
  'azure/NonInteractiveUserSignInLogs': 'azure-monitor/NonInteractiveUserSignInLogs',
  'azure/ServicePrincipalSignInLogs': 'azure-monitor/ServicePrincipalSignInLogs',
  'azure/AuditLogs': 'azure-monitor/AuditLogs',
  'azure/MicrosoftGraphActivityLogs': 'azure-monitor/MicrosoftGraphActivityLogs',
  'azure/EmailEvents': 'azure-monitor/AdvancedHunting-EmailEvents',
  'azure/EmailAttachmentInfo': 'azure-monitor/AdvancedHunting-EmailAttachmentInfo',
  'azure/EmailUrlInfo': 'azure-monitor/AdvancedHunting-EmailUrlInfo',
};
/** Further sources that rules need, without a feed in the emulator. */
const MORE_SOURCES: readonly string[] = ['azure-monitor/AdvancedHunting-IdentityLogonEvents'];

/** A scenario as the feeds report it, and its days. */
export type Story = {
  readonly scenario: string;
  readonly recording: ScenarioRecording;
  /** Whole days around the attack. */
  readonly fromMs: number;
  readonly toMs: number;
};

export type Account = Story & {
  readonly data: string;
  readonly findings: readonly AttributedFinding[];
  /** The health of each rule on these days. */
  readonly healths: readonly DetectorHealth[];
};

export function storyOf(folder: string, scenario: string, seed: number): Story {
  const { found: _, missed: __, ...staged } = SCENARIOS[scenario] as ScenarioSetup;
  const recording = recordScenarios(folder, [{ ...staged, scenario, seed }]);
  const toMs = Math.ceil((recording.endMs + 1) / DAY_MS) * DAY_MS;
  return { scenario, recording, fromMs: recording.startMs, toMs };
}

/** Feeds with records: an empty one may also be what a finding rests on. */
export function feedsOf({ recording }: Story): CollectedFeed[] {
  const feeds = Object.keys(SOURCES) as CollectedFeed[];
  return feeds.filter((feed) =>
    recording.tenants.some((tenant) => linesOf(recording, tenant, feed).length > 0),
  );
}

/** A feed that is not collected from an instant on; null: never. */
export type Cut = { readonly feed: CollectedFeed; readonly fromMs: number | null };

/**
 * Instants at which a feed may become silent during the attack: between any two of its records
 * about the attackers, or about others if there are none.
 */
export function instantsOf({ recording, scenario }: Story, feed: CollectedFeed): number[] {
  const lines = recording.tenants.flatMap((tenant) => linesOf(recording, tenant, feed));
  const own = lines.filter(({ json }) => {
    const attack = recording.attacks.get(json);
    return attack?.scenario === scenario && attack.technique !== undefined;
  });
  const times = (own.length === 0 ? lines : own).map(({ atMs }) => atMs);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** Rules that found the attack. */
export function rulesOf({ findings, scenario }: Account): string[] {
  const own = findings.filter(({ about }) => about.some((step) => step.scenario === scenario));
  return [...new Set(own.map(({ finding }) => finding.rule))].sort();
}

/** The account of a company that collects everything, except for a cut, if any. */
export async function accountOf(data: string, story: Story, cut?: Cut): Promise<Account> {
  const { recording, fromMs, toMs } = story;
  const feeds = (Object.keys(SOURCES) as CollectedFeed[]).filter((feed) => feed !== cut?.feed);
  const sources = [...feeds.map((feed) => SOURCES[feed]), ...MORE_SOURCES];
  const startMs = fromMs - AROUND_DAYS * DAY_MS;
  const hours = (toMs - startMs) / HOUR_MS + AROUND_DAYS * 24;
  const polls = { startMs, pollHours: POLL_HOURS };
  for (const tenant of recording.tenants) {
    // The interval that ended first comes first: the ledger continues in time order.
    if (cut !== undefined && cut.fromMs !== null) {
      const source = SOURCES[cut.feed];
      const until = (cut.fromMs - startMs) / HOUR_MS;
      await observe(data, { ...polls, tenant, sources: [source], hours: until });
    }
    await observe(data, { ...polls, tenant, sources, hours });
  }
  const clock = new ManualClock(startMs + hours * HOUR_MS);
  const detection = await loadDetection();
  const writer = await openLedgerWriter({ dir: data, clock, random, detection });
  try {
    await deliver(writer, story, feeds);
    if (cut !== undefined) await deliver(writer, story, [cut.feed], cut.fromMs ?? 0);
    const { failures } = await runDetection(writer, detection.detectors);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
  } finally {
    await closeWriter(writer);
  }
  const healths = await healthsWithin({ data, toMs }, { fromMs, toMs });
  return { ...story, data, findings: await findingsIn(data, recording), healths };
}

/** The health of each rule in a period, when no more records are expected. */
export async function healthsWithin(
  { data, toMs: endMs }: Pick<Account, 'data' | 'toMs'>,
  { fromMs, toMs }: Pick<Story, 'fromMs' | 'toMs'>,
): Promise<readonly DetectorHealth[]> {
  const { profiles } = await loadDetection();
  const clock = new ManualClock(endMs + AROUND_DAYS * DAY_MS);
  const store = await StoreReader.open(data, { clock });
  try {
    const scope = { kind: 'period', fromMs, toMs } as const;
    return detectorHealth(store, profiles, { scope, nowMs: clock.now() });
  } finally {
    store.close();
  }
}

/** Delivers the records like collectors, under their sources. */
async function deliver(
  writer: LedgerWriter,
  story: Story,
  feeds: readonly CollectedFeed[],
  untilMs?: number,
): Promise<void> {
  const sink = await LedgerSink.open(writer, { workers: 1 });
  try {
    for (const { tenant, feed, bytes } of filesOf(story.recording, feeds, untilMs)) {
      const isAudit = feed.startsWith('activity/');
      const session = sink.begin({
        ...{ tenant, source: SOURCES[feed] as SourceId, workload: null, subject: null },
        collector: isAudit ? 'activity-api' : 'azure-monitor',
        family: isAudit ? 'activity' : 'azure-monitor',
        interval: { from: story.fromMs, to: story.toMs },
        axis: 'availability',
      });
      await session.add({ name: feed, bytes, availableMs: writer.clock.now() });
      // The observation is already written.
      await session.settle();
    }
    await sink.post();
  } finally {
    await sink.close();
  }
}

type File = { readonly tenant: TenantId; readonly feed: CollectedFeed; readonly bytes: Buffer };

function filesOf(
  recording: ScenarioRecording,
  feeds: readonly CollectedFeed[],
  untilMs = Infinity,
): File[] {
  return recording.tenants.flatMap((tenant) =>
    feeds.flatMap((feed): File[] => {
      const had = linesOf(recording, tenant, feed).filter(
        // Some arrive a minute later and some an hour, as the polls observed.
        ({ atMs }, at) => atMs + (1 + (at % MINUTES_LATE_MAX)) * 60_000 < untilMs,
      );
      if (had.length === 0) return [];
      const bytes = Buffer.from(had.map(({ json }) => `${json}\n`).join(''));
      return [{ tenant: tenant as TenantId, feed, bytes }];
    }),
  );
}

const MINUTES_LATE_MAX = 60;

type Line = { readonly json: string; readonly atMs: number };

function linesOf(
  { folder, files }: ScenarioRecording,
  tenant: string,
  feed: CollectedFeed,
): Line[] {
  const name = `${tenant}-${feed.replace('/', '-')}.ndjson`;
  if (!files.has(name)) return [];
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((json) => ({ json, atMs: timeOf(JSON.parse(json)) }));
}

/** The event time of audit records and of the diagnostic export. */
function timeOf({ CreationTime, time }: { CreationTime?: string; time?: string }): number {
  return Date.parse(time ?? `${CreationTime}Z`);
}
