import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { tenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { DecisionFilter, DecisionRow, PassRow } from './decision-table.ts';
import { StateDatabase } from './state-database.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');

function decision(index: number, endpoint: string, atMs: number, principal: string): DecisionRow {
  return {
    ...{
      index,
      id: `d${index}`,
      atMs,
      tenant: TENANT,
      principal,
      enforcementPoint: endpoint,
      effect: 'permit',
    },
    ...{ cause: 'permitted', principalType: 'user', action: 'useApp', policyVersion: 'v' },
    ...{ policies: [], obligations: [], address: null, requestId: null, method: null },
    ...{ session: null, pass: null, resource: 'suite:s', because: [] },
  };
}

/** A denial by the last digits of its id. */
function denial(index: number, more: Partial<DecisionRow> = {}): DecisionRow {
  const id = `019bb0e4-7d2a-7f6b-9c3d-${String(index).padStart(12, '0')}`;
  const denied = { id, effect: 'deny', cause: 'policy' } as const;
  return { ...decision(index, 'eam', index * 10, 'ada'), ...denied, ...more };
}

test('reads the newest decisions first, page by page, as of one moment', (t) => {
  const state = StateDatabase.openForWriting(folderOf(t));
  t.after(() => state.close());
  const all = Array.from({ length: 25 }, (_, index) => denial(index, { atMs: (index % 7) * 10 }));
  state.transaction(() => {
    for (const each of all) state.decisions.add(each);
  });
  const query = { belowIndex: 20, fromMs: 10, toMs: 60 };
  const pages: DecisionRow[][] = [];
  for (;;) {
    const page = state.decisions.newest(query, pages.at(-1)?.at(-1), 4);
    if (page.length === 0) break;
    pages.push(page);
  }
  const wanted = all
    .filter(({ index, atMs }) => index < 20 && atMs >= 10 && atMs < 60)
    .sort((a, b) => b.atMs - a.atMs || b.index - a.index);
  assert.deepEqual(
    pages.flat().map(({ index }) => index),
    wanted.map(({ index }) => index),
  );
  assert.deepEqual(
    pages.map(({ length }) => length),
    [4, 4, 4, 3],
  );
});

test('finds decisions by answer, by name and by reference', (t) => {
  const state = StateDatabase.openForWriting(folderOf(t));
  t.after(() => state.close());
  state.transaction(() => {
    state.decisions.add(decision(0, 'eam', 1, 'ada'));
    state.decisions.add(denial(1));
    state.decisions.add(denial(2, { obligations: ['alarm:high', 'step-up:multi'] }));
    state.decisions.add(denial(3, { cause: 'unknown', principal: 'per' }));
  });
  const found = (query: object): number[] =>
    state.decisions.newest({ belowIndex: 9, ...query }, undefined, 9).map(({ index }) => index);
  assert.deepEqual(found({ outcomes: ['permit'] }), [0]);
  assert.deepEqual(found({ outcomes: ['deny'] }), [1]);
  assert.deepEqual(found({ outcomes: ['step-up'] }), [2]);
  assert.deepEqual(found({ outcomes: ['unknown'] }), [3]);
  assert.deepEqual(found({ outcomes: ['deny', 'unknown'] }), [3, 1]);
  assert.deepEqual(found({ principals: ['per'] }), [3]);
  assert.deepEqual(found({ reference: '000000000002' }), [2]);
  assert.deepEqual(found({ tenant: 'another' }), []);
});

function folderOf(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'decisions-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('finds decisions by enforcement point, time, person and entry, in entry order', () => {
  const enforcementPoint = fc.constantFrom('eam', 'authzen', 'forward-auth');
  const time = fc.integer({ min: 0, max: 9 });
  const person = fc.constantFrom('ada', 'per');
  const filter = fc.record(
    {
      enforcementPoints: fc.uniqueArray(enforcementPoint, { maxLength: 2 }),
      fromMs: time,
      toMs: time,
      principals: fc.uniqueArray(person),
      fromIndex: fc.nat({ max: 12 }),
    },
    { requiredKeys: [] },
  );
  const made = fc.array(fc.tuple(enforcementPoint, time, person), { maxLength: 12 });
  fc.assert(
    fc.property(made, filter, (of, asked: DecisionFilter) => {
      const all = of.map(([own, atMs, who], index) => decision(index, own, atMs, who));
      const dir = mkdtempSync(join(tmpdir(), 'decisions-'));
      const state = StateDatabase.openForWriting(dir);
      try {
        state.transaction(() => {
          for (const each of all.toReversed()) state.decisions.add(each);
        });
        const wanted = all.filter(({ index, enforcementPoint: own, atMs, principal }) => {
          const isAt = atMs >= (asked.fromMs ?? 0) && atMs < (asked.toMs ?? 99);
          const isOf = asked.enforcementPoints?.includes(own) ?? true;
          const isBy = asked.principals?.includes(principal) ?? true;
          return isAt && isOf && isBy && index >= (asked.fromIndex ?? 0);
        });
        const since = asked.fromIndex ?? 0;
        const endpoints = asked.enforcementPoints ?? [];
        assert.deepEqual(
          state.decisions.timesSince(since, endpoints),
          all.flatMap(({ index, atMs, enforcementPoint: own }) =>
            index >= since && endpoints.includes(own) ? [atMs] : [],
          ),
        );
        assert.deepEqual(state.decisions.list(asked), wanted);
      } finally {
        state.close();
        rmSync(dir, { recursive: true });
      }
    }),
    runs(20),
  );
});

const PASS_HOUR_MS = 3_600_000;

/** Pass entries in order. Each pass starts with its opening. */
function passFacts(said: readonly (readonly [pass: string, phase: PassRow['phase']])[]) {
  return said.map(([pass, phase], index): PassRow => {
    const atMs = index * PASS_HOUR_MS;
    const expiresMs = phase === 'opened' ? atMs + 5 * PASS_HOUR_MS : null;
    const body = JSON.stringify({ phase, ...(phase === 'opened' && { decision: `d-${pass}` }) });
    return { ...{ index, pass, tenant: TENANT, phase, atMs, principal: 'ada', expiresMs }, body };
  });
}

test('finds passes by time, and overdue ones until an entry closes them', () => {
  const pass = fc.constantFrom('a', 'b', 'c');
  const phase = fc.constantFrom('opened', 'opened', 'ended', 'lapsed');
  const said = fc.array(fc.tuple(pass, phase), { maxLength: 9 });
  const hour = fc.integer({ min: -1, max: 16 });
  const asked = { said, from: hour, to: hour, forgotten: fc.option(fc.nat({ max: 8 })) };
  fc.assert(
    fc.property(fc.record(asked), (of) => {
      const dir = mkdtempSync(join(tmpdir(), 'decisions-'));
      const state = StateDatabase.openForWriting(dir);
      const [liveFromMs, liveToMs] = [of.from * PASS_HOUR_MS, of.to * PASS_HOUR_MS];
      try {
        const all = passFacts(of.said as [string, PassRow['phase']][]);
        state.transaction(() => {
          for (const each of all) state.decisions.addPass(each);
          if (of.forgotten !== null) state.decisions.forget(of.forgotten);
        });
        const kept = all.filter(({ index }) => index !== of.forgotten);
        const opened = new Map(
          kept.filter((one) => one.phase === 'opened').map((one) => [one.pass, one]),
        );
        const isLive = (one: PassRow): boolean => {
          const { atMs, expiresMs } = opened.get(one.pass) ?? {};
          return (expiresMs ?? liveFromMs) > liveFromMs && (atMs ?? liveToMs) < liveToMs;
        };
        const within = { liveFromMs, liveToMs };
        assert.deepEqual(state.decisions.passEntries(within), kept.filter(isLive));
        const isOpened = ({ pass: id }: PassRow): boolean => {
          const atMs = opened.get(id)?.atMs ?? liveToMs;
          return atMs >= liveFromMs && atMs < liveToMs;
        };
        const days = [...state.decisions.passDays({ fromMs: liveFromMs, toMs: liveToMs })];
        const inOrder = days.flat().sort((a, b) => a.index - b.index);
        assert.deepEqual(inOrder, kept.filter(isOpened));
        const ofA = state.decisions.passEntries({ decisions: ['d-a', 'd-x'] });
        const times = kept.filter((one) => one.pass === 'a' && one.phase === 'opened').length;
        assert.equal(ofA.length, times === 0 ? 0 : kept.filter((one) => one.pass === 'a').length);
        const closed = new Set(kept.filter((one) => one.phase !== 'opened').map((one) => one.pass));
        const isOverdue = (one: PassRow): boolean => {
          const until = opened.get(one.pass)?.expiresMs ?? Number.POSITIVE_INFINITY;
          return one.phase === 'opened' && !closed.has(one.pass) && until <= liveToMs;
        };
        assert.deepEqual(state.decisions.overdue(liveToMs), kept.filter(isOverdue));
        assert.deepEqual(
          state.decisions.passEntriesSince(of.to),
          kept.filter(({ index }) => index >= of.to),
        );
      } finally {
        state.close();
        rmSync(dir, { recursive: true });
      }
    }),
    runs(100),
  );
});
