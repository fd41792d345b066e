/** A day of hourly polls with one failure: what is covered, and what is unknown? */
import { CoverageReducer, DelaySketch, type Observation } from '@countersign/coverage';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MIDNIGHT_MS = Date.UTC(2026, 2, 2);
const RECORDS = 100;
const FAILED_HOUR = 9;

const time = (hour: number): string => new Date(MIDNIGHT_MS + hour * HOUR_MS).toISOString();

function poll(hour: number): Observation {
  const delays = new DelaySketch();
  for (let each = 0; each < RECORDS; each++) delays.add(10 * MINUTE_MS);
  const isFailed = hour === FAILED_HOUR;
  return {
    ...{ v: 2, collector: 'activity-api', tenant: '9f3d9d5a-6c1e-4f57-8f6e-2f4f0a1b2c3d' },
    ...{ source: 'm365.activity/Audit.Exchange', workload: null, subject: null },
    ...{ from: time(hour), to: time(hour + 1), axis: 'availability', at: time(hour + 1) },
    outcome: isFailed ? 'failed' : 'complete',
    ...{ listed: 1, fetched: isFailed ? 0 : 1, records: isFailed ? 0 : RECORDS },
    ...{ duplicates: 0, quarantined: 0, because: isFailed ? 'the service answered 503' : null },
    ...{ code: null, delays: isFailed ? null : delays.observed(), canaries: null },
  };
}

const reducer = new CoverageReducer();
for (let hour = 0; hour < 24; hour++) reducer.observe(hour, poll(hour));
const rows = reducer.rows(MIDNIGHT_MS + 24 * HOUR_MS);
for (const { source, fromMs, toMs, state, because } of rows) {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  console.log(`${source} ${from} to ${to}: ${state}, because ${because}`);
}
if (!rows.some(({ state }) => state === 'collected')) throw new Error('nothing was collected');
