import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DelaySketch } from '@countersign/coverage';
import {
  type Feed,
  lifeOf,
  loadScenario,
  type Occurrence,
  Population,
  runScenario,
  scenarioNames,
  startEmulator,
} from '@countersign/emulator';
import {
  type Delays,
  type Description,
  descriptionText,
} from '../apps/countersign/src/posture/conformance/emulator-description.ts';
import { RecordFormTable } from '../apps/countersign/src/posture/conformance/record-form-table.ts';

/**
 * Writes a description of the emulator's output: record kinds with their fields, delays and error
 * codes. `countersign conformance` compares a tenant with it, so that the product need not know the
 * emulator. The output is the same bytes every time.
 */
const FROM_MS = Date.UTC(2026, 2, 3);
const DAY_MS = 86_400_000;
const DAYS = 7;
const PEOPLE = 120;
const ROOT = join(import.meta.dirname, '..');

function* happenings(): Generator<Occurrence> {
  const populations = ['corp', 'second'].map((seed) => new Population({ seed, size: PEOPLE }));
  for (const population of populations.slice(0, 1)) {
    yield* lifeOf(population, 'description').happenings(FROM_MS, FROM_MS + DAYS * DAY_MS);
  }
  for (const name of scenarioNames()) {
    const scenario = loadScenario(name);
    const cast = populations.slice(0, scenario.tenants.length);
    yield* runScenario(scenario, { populations: cast, seed: 1, fromMs: FROM_MS }).all;
  }
}

/** The source id of a feed in the ledger. */
export function sourceOf(feed: Feed): string {
  return feed.replace(/^activity\//, 'm365.activity/').replace(/^azure\//, 'azure-monitor/');
}

async function delaysOf(feeds: ReadonlySet<Feed>): Promise<Delays[]> {
  const dayMs = FROM_MS + DAY_MS;
  const emulator = await startEmulator({
    seed: 1,
    startMs: FROM_MS,
    tenants: [{ people: PEOPLE }],
    historyMs: 2 * DAY_MS,
    subscribed: 'before',
  });
  const families = Map.groupBy([...feeds], (feed) => `${sourceOf(feed).split('/')[0]}/`);
  const delays = [...families].flatMap(([source, members]): Delays[] => {
    const sketch = new DelaySketch();
    for (const feed of members) {
      for (const { tenantId } of emulator.tenants) {
        for (const { record, availableMs } of emulator.store.listed(
          feed,
          tenantId,
          0,
          dayMs + DAY_MS,
        )) {
          // Slow records of later events are still missing.
          if (record.atMs < dayMs) sketch.add(availableMs - record.atMs);
        }
      }
    }
    const seen = sketch.observed();
    if (seen === null) return [];
    const { n, p50Ms, p99Ms } = seen;
    return [{ source, n, p50Ms, p99Ms }];
  });
  await emulator.stop();
  return delays.sort((a, b) => (a.source < b.source ? -1 : 1));
}

/** Collected from its source files, because it has no list of them. */
function errorCodes(): string[] {
  const codes = new Set<string>();
  for (const part of ['activity-api', 'graph', 'login']) {
    const folder = join(ROOT, 'packages/emulator/src', part);
    for (const name of globSync('**/*.ts', { cwd: folder })) {
      if (name.endsWith('.test.ts')) continue;
      const text = readFileSync(join(folder, name), 'utf8');
      for (const [, af = '', graph = ''] of text.matchAll(CODE)) codes.add(af || graph);
    }
  }
  return [...codes].sort();
}

const CODE = /\b(AF\d{3,5}|AADSTS\d+)\b|'((?:[A-Z][A-Za-z]+_[A-Za-z]+)|TooManyRequests)'/g;

async function describe(): Promise<void> {
  const book = new RecordFormTable();
  const feeds = new Set<Feed>();
  for (const { records } of happenings()) {
    for (const { feed, body } of records) {
      feeds.add(feed);
      book.add(sourceOf(feed), body);
    }
  }
  const description: Description = {
    made: `${DAYS} days of ${PEOPLE} people, and all scenarios`,
    kinds: book.list(),
    delays: await delaysOf(feeds),
    errors: errorCodes(),
  };
  const folder = join(ROOT, 'content', 'conformance');
  mkdirSync(folder, { recursive: true });
  const text = descriptionText(description);
  writeFileSync(join(folder, 'emulator.json'), text);
  console.log(`${description.kinds.length} kinds of ${book.records} records, ${text.length} bytes`);
}

if (import.meta.main) await describe();
