import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { tellsOf } from '../../store/coverage/log-sources.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { STREAM_DETECTORS } from '../detectors/detector-list.ts';
import { LOGS, type LogName, logsOfSource, NEEDS } from '../runner/required-logs.ts';
import { type HealthStatus, healthOf } from './health-status.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const OTHER = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 2, 16);
const FROM = NOW - 24 * HOUR_MS;

const EXCHANGE = 'm365.activity/Audit.Exchange';
const SHAREPOINT = 'm365.activity/Audit.SharePoint';

function fact(source: string, more: Partial<CoverageRow> = {}): CoverageRow {
  return {
    ...{ index: 1, entries: [1], tenant: TENANT, source, workload: null, subject: null },
    ...{ fromMs: FROM - HOUR_MS, toMs: NOW, state: 'collected', bound: null, because: 'all of it' },
    ...more,
  };
}

/** The end of a polled log: some hours are settled, the last is still arriving. */
function alive(source: string): CoverageRow[] {
  const settledMs = NOW - 2 * HOUR_MS;
  const pollMs = NOW - 60_000;
  const because = 'records may still come: 99 % of 1,000 records came within 2 h';
  return [
    fact(source, { toMs: settledMs }),
    fact(source, { fromMs: settledMs, toMs: pollMs, state: 'late', because }),
    fact(source, { fromMs: pollMs, toMs: NOW, state: 'late', because: 'it was not requested' }),
  ];
}

function within(logs: readonly LogName[], facts: readonly CoverageRow[]): HealthStatus {
  const asked = { kind: 'period', fromMs: FROM, toMs: NOW } as const;
  return healthOf(logs, { tenants: [TENANT], facts }, asked);
}

function now(logs: readonly LogName[], facts: readonly CoverageRow[]): HealthStatus {
  return healthOf(logs, { tenants: [TENANT], facts }, { kind: 'now', nowMs: NOW });
}

test('is live in a period that a source was collected for completely', () => {
  assert.equal(within(['exchange'], [fact(EXCHANGE)]).state, 'live');
  const halves = [fact(EXCHANGE, { toMs: FROM + 1 }), fact(EXCHANGE, { fromMs: FROM + 1 })];
  assert.equal(within(['exchange'], halves).state, 'live');
});

test('the content of a file is seen; its completeness is a separate answer', () => {
  const why = 'these records are from a file, which cannot prove that none is missing';
  const { entries: _, ...imported } = fact('m365.export/unified-audit-log', {
    ...{ workload: 'Exchange', state: 'unknown', because: why },
    ...{ fromMs: FROM + HOUR_MS, toMs: FROM + 2 * HOUR_MS },
  });
  const seen = within(['exchange'], [imported]);
  assert.deepEqual([seen.state, seen.because], ['live', null]);
  assert.match(seen.incomplete ?? '', /are from a file/);
  // A log that never arrived, and a time without any data, are not seen.
  assert.equal(within(['sharepoint'], [imported]).state, 'blind');
  assert.equal(within(['exchange', 'sharepoint'], [imported]).state, 'partial');
  assert.equal(within(['exchange'], [{ ...imported, fromMs: NOW, toMs: NOW + 1 }]).state, 'blind');
  // Beside complete collection, a file takes nothing away.
  const both = within(['exchange'], [imported, fact(EXCHANGE)]);
  assert.deepEqual([both.state, both.incomplete], ['live', null]);
  // A file fills a hole of the collection, as far as it reaches.
  const hole = [fact(EXCHANGE, { fromMs: FROM + 2 * HOUR_MS }), fact(EXCHANGE, { toMs: FROM + 1 })];
  assert.equal(within(['exchange'], [...hole, imported]).state, 'partial');
  const filling = within(['exchange'], [...hole, { ...imported, fromMs: FROM + 1 }]);
  assert.equal(filling.state, 'live');
  assert.match(filling.incomplete ?? '', /are from a file/);
});

test('a source that was never connected cannot be seen', () => {
  for (const found of [within(['exchange'], []), now(['exchange'], [fact(SHAREPOINT)])]) {
    assert.deepEqual([found.state, found.sinceMs], ['blind', null]);
    assert.match(found.because ?? '', /no connected source reports Exchange/);
  }
  const said = { state: 'unknown', because: 'no collector reads this content type' } as const;
  assert.equal(now(['exchange'], [fact(EXCHANGE, said)]).state, 'blind');
});

test('states since when and why', () => {
  const endMs = NOW - 20 * HOUR_MS;
  for (const state of ['late', 'lost', 'off'] as const) {
    const hole = fact(EXCHANGE, { fromMs: endMs, state, because: `it is ${state}` });
    const facts = [fact(EXCHANGE, { toMs: endMs }), hole];
    const found = now(['exchange'], facts);
    assert.deepEqual([found.state, found.sinceMs, found.untilMs], ['blind', endMs, endMs]);
    assert.match(found.because ?? '', new RegExp(`is ${state}: it is ${state}`));
    assert.equal(within(['exchange'], facts).state, 'partial');
  }
});

test('the end of a polled log is still arriving, not blind', () => {
  const found = now(['exchange'], alive(EXCHANGE));
  assert.deepEqual([found.state, found.untilMs], ['live', NOW - 2 * HOUR_MS]);
  const [settled, coming] = alive(EXCHANGE) as [CoverageRow, CoverageRow];
  const stopped = { ...coming, toMs: NOW - HOUR_MS };
  assert.equal(now(['exchange'], [settled, stopped]).state, 'blind', 'no collector asks anymore');
  const silent = { ...coming, because: 'silent: none of the last 3 canaries came back' };
  assert.equal(now(['exchange'], [settled, silent]).state, 'blind');
});

test('one of several sources suffices; of several logs all are needed', () => {
  const graph = [fact('graph/directoryAudits')];
  assert.equal(within(['directory'], graph).state, 'live');
  const found = within(['directory', 'exchange'], graph);
  assert.equal(found.state, 'partial');
  assert.match(found.because ?? '', /Exchange/);
});

test('records from files are seen, and their completeness is unknown', () => {
  const source = 'm365.export/unified-audit-log';
  const files = { workload: 'Exchange', state: 'unknown', because: 'out of a file' } as const;
  assert.equal(within(['exchange'], [fact(source, files)]).state, 'partial');
  assert.equal(within(['sharepoint'], [fact(source, files)]).state, 'blind');
  const old = fact(source, { ...files, toMs: NOW - HOUR_MS });
  const found = now(['exchange'], [old]);
  assert.deepEqual([found.state, found.sinceMs], ['blind', NOW - HOUR_MS]);
});

test('a clock step affects every source, and no tenant affects another', () => {
  const step = fact('*', { tenant: '*', state: 'unknown', because: 'the clock went back' });
  assert.notEqual(within(['exchange'], [fact(EXCHANGE), step]).state, 'live');
  const asked = { kind: 'period', fromMs: FROM, toMs: NOW } as const;
  const of = { tenants: [TENANT, OTHER], facts: [fact(EXCHANGE)] };
  const found = healthOf(['exchange'], of, asked);
  assert.equal(found.state, 'partial');
  assert.match(found.because ?? '', new RegExp(OTHER));
  assert.equal(healthOf(['exchange'], { tenants: [], facts: [] }, asked).state, 'blind');
});

test('removing collected data never improves health', () => {
  const logs = Object.keys(LOGS) as LogName[];
  const rank = { failed: 0, blind: 0, partial: 1, live: 2 } as const;
  const source = fc.constantFrom(EXCHANGE, SHAREPOINT, 'graph/signIns', 'azure-monitor/AuditLogs');
  const some = fc.array(
    fc
      .tuple(source, fc.integer({ min: -30, max: 29 }), fc.integer({ min: 1, max: 40 }))
      .map(([of, from, hours]) =>
        fact(of, { fromMs: FROM + from * HOUR_MS, toMs: FROM + (from + hours) * HOUR_MS }),
      ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(some, fc.subarray(logs, { minLength: 1 }), fc.nat(), (facts, asked, cut) => {
      const less = facts.filter((_, at) => at !== cut % Math.max(facts.length, 1));
      for (const ask of [within, now]) {
        assert.ok(rank[ask(asked, less).state] <= rank[ask(asked, facts).state]);
      }
    }),
    runs(200, 5000),
  );
});

test('a log with nearly the same content does not replace another', () => {
  const mail = fact('azure-monitor/AdvancedHunting-EmailEvents');
  assert.equal(within(['email'], [mail]).state, 'live');
  for (const log of ['attachments', 'links', 'replyTo'] as const) {
    assert.equal(within([log], [mail]).state, 'blind', log);
  }
  const audit = fact('m365.activity/Audit.AzureActiveDirectory');
  assert.equal(within(['interactive'], [audit]).state, 'live');
  assert.equal(within(['signInLog'], [audit]).state, 'blind');
});

test('every need and every log source of the taxonomy has a source', () => {
  for (const [need, logs] of NEEDS) assert.ok(logs.length > 0, need);
  for (const { title, rules, needs, rulesNeed = {} } of STREAM_DETECTORS) {
    for (const own of [needs, ...Object.values(rulesNeed)]) {
      assert.ok(own.length > 0 && own.every((need) => NEEDS.has(need)), title);
    }
    assert.deepEqual(
      Object.keys(rulesNeed).filter((rule) => !rules.includes(rule)),
      [],
    );
  }
  assert.deepEqual(logsOfSource({ product: 'windows', service: 'security' }), []);
  assert.ok(tellsOf(LOGS.general, fact('m365.export/unified-audit-log', { workload: 'Teams' })));
  assert.ok(
    !tellsOf(LOGS.general, fact('m365.export/unified-audit-log', { workload: 'Exchange' })),
  );
});
