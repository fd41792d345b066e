import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feed } from '../../emulator/types.ts';
import { BooksReader } from '../../src/books/index.ts';
import { ManualClock, type SourceId, type TenantId } from '../../src/core/index.ts';
import {
  closeWriter,
  LedgerDesk,
  loadDetection,
  openWriter,
  sightsOf,
  type WatcherSight,
  type Writer,
  watch,
} from '../../src/pipeline/index.ts';
import { type Judged, judgedIn } from './detected.ts';
import { observe } from './observed.ts';
import { SCENARIOS, type Staged } from './staged.ts';
import { type Told, tell } from './told.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Collectors ran before anybody came in, and after they had what they wanted. */
const AROUND_DAYS = 2;
const POLL_HOURS = 6;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

export type Collected =
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
  | 'EmailEvents'
  | 'EmailAttachmentInfo'
  | 'EmailUrlInfo';

/** The source as which a feed is known where it is collected. */
const SOURCES: Readonly<Record<Collected, string>> = {
  'activity/Audit.AzureActiveDirectory': 'm365.activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange': 'm365.activity/Audit.Exchange',
  'activity/Audit.SharePoint': 'm365.activity/Audit.SharePoint',
  'activity/Audit.General': 'm365.activity/Audit.General',
  'azure/SignInLogs': 'azure-monitor/SignInLogs',
  'azure/NonInteractiveUserSignInLogs': 'azure-monitor/NonInteractiveUserSignInLogs',
  'azure/ServicePrincipalSignInLogs': 'azure-monitor/ServicePrincipalSignInLogs',
  'azure/AuditLogs': 'azure-monitor/AuditLogs',
  'azure/EmailEvents': 'azure-monitor/AdvancedHunting-EmailEvents',
  'azure/EmailAttachmentInfo': 'azure-monitor/AdvancedHunting-EmailAttachmentInfo',
  'azure/EmailUrlInfo': 'azure-monitor/AdvancedHunting-EmailUrlInfo',
};
/** What rules need besides, and the emulator has no feed of. */
const MORE_SOURCES: readonly string[] = ['azure-monitor/AdvancedHunting-IdentityLogonEvents'];

/** A scenario as the feeds tell it, and the days that it takes. */
export type Story = {
  readonly scenario: string;
  readonly told: Told;
  /** Whole days around the attack. */
  readonly fromMs: number;
  readonly toMs: number;
};

export type Account = Story & {
  readonly data: string;
  readonly judged: readonly Judged[];
  /** What each rule could see of these days. */
  readonly sights: readonly WatcherSight[];
};

export function storyOf(folder: string, scenario: string, seed: number): Story {
  const { found: _, ...staged } = SCENARIOS[scenario] as Staged;
  const told = tell(folder, [{ ...staged, scenario, seed }]);
  const toMs = Math.ceil((told.endMs + 1) / DAY_MS) * DAY_MS;
  return { scenario, told, fromMs: told.startMs, toMs };
}

/** Feeds that have something to tell: what is not there may be what a finding rests on. */
export function feedsOf({ told }: Story): Collected[] {
  const feeds = Object.keys(SOURCES) as Collected[];
  return feeds.filter((feed) =>
    told.tenants.some((tenant) => told.files.has(fileOf(tenant, feed))),
  );
}

/** Rules that found the attack. */
export function rulesOf({ judged, scenario }: Account): string[] {
  const own = judged.filter(({ about }) => about.some((deed) => deed.scenario === scenario));
  return [...new Set(own.map(({ finding }) => finding.rule))].sort();
}

/** The account of a company that collects all that there is; but for one feed, if any. */
export async function accountOf(data: string, story: Story, cut?: Collected): Promise<Account> {
  const { told, fromMs, toMs } = story;
  const feeds = (Object.keys(SOURCES) as Collected[]).filter((feed) => feed !== cut);
  const sources = [...feeds.map((feed) => SOURCES[feed]), ...MORE_SOURCES];
  const startMs = fromMs - AROUND_DAYS * DAY_MS;
  const hours = (toMs - startMs) / HOUR_MS + AROUND_DAYS * 24;
  for (const tenant of told.tenants) {
    await observe(data, { tenant, sources, startMs, hours, pollHours: POLL_HOURS });
  }
  const clock = new ManualClock(startMs + hours * HOUR_MS);
  const detection = await loadDetection();
  const writer = await openWriter({ dir: data, clock, random, detection });
  try {
    await deliver(writer, story, feeds);
    const { failures } = await watch(writer, detection.judges);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
  } finally {
    await closeWriter(writer);
  }
  const books = await BooksReader.open(data);
  const asked = { kind: 'period', fromMs, toMs } as const;
  const sights = sightsOf(books, detection.watchers, { asked, nowMs: clock.now() });
  books.close();
  return { ...story, data, judged: await judgedIn(data, told), sights };
}

/** Hands the records in as collectors do: under the source that they were asked of. */
async function deliver(writer: Writer, story: Story, feeds: readonly Collected[]): Promise<void> {
  const desk = await LedgerDesk.open(writer, { lanes: 1 });
  try {
    for (const { tenant, feed, bytes } of filesOf(story.told, feeds)) {
      const isAudit = feed.startsWith('activity/');
      const session = desk.begin({
        ...{ tenant, source: SOURCES[feed] as SourceId, workload: null, subject: null },
        collector: isAudit ? 'activity-api' : 'azure-monitor',
        family: isAudit ? 'activity' : 'azure-monitor',
        interval: { from: story.fromMs, to: story.toMs },
        axis: 'availability',
      });
      await session.add({ name: feed, bytes, availableMs: writer.clock.now() });
      // What was asked and seen is said already.
      await session.settle();
    }
    await desk.post();
  } finally {
    await desk.close();
  }
}

type File = { readonly tenant: TenantId; readonly feed: Collected; readonly bytes: Buffer };

function filesOf({ folder, tenants, files }: Told, feeds: readonly Collected[]): File[] {
  return tenants.flatMap((tenant) =>
    feeds.flatMap((feed): File[] => {
      const name = fileOf(tenant, feed);
      if (!files.has(name)) return [];
      return [{ tenant: tenant as TenantId, feed, bytes: readFileSync(join(folder, name)) }];
    }),
  );
}

function fileOf(tenant: string, feed: Collected): string {
  return `${tenant}-${feed.replace('/', '-')}.ndjson`;
}
