import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import { readConfigFile } from '@countersign/yaml-document';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import type { Reconciliation } from '../reconcile/actions/action-reconciler.ts';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import type { StoredFinding } from '../store/sqlite/finding-table.ts';
import { answerGate, type Condition, type GateInput } from './gate.ts';
import { type GateFile, parseGate } from './gate-file.ts';

const EXAMPLE = join(import.meta.dirname, '../../../../content/gates/example.yaml');
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
const HOUR_MS = 3_600_000;
const TO = Date.UTC(2026, 2, 16);
const FROM = TO - 14 * 24 * HOUR_MS;

const FILE: GateFile = parseGate(readConfigFile(EXAMPLE));
const SOURCES = FILE.require.coverage?.sources ?? [];

function fact(source: string, more: Partial<CoverageRow> = {}): CoverageRow {
  return {
    ...{ index: 7, tenant: TENANT, source, workload: null, subject: null },
    ...{ fromMs: FROM - HOUR_MS, toMs: TO + HOUR_MS, state: 'collected', bound: 0.005 },
    because: 'a reason',
    ...more,
  };
}

const WHOLE: readonly CoverageRow[] = SOURCES.map((source) => fact(source));

const CLEAN: Reconciliation = {
  ...{
    actions: 100,
    accounted: 100,
    unaccounted: {},
    unknown: {},
    joined: [],
    residual: [],
    days: [],
  },
  events: { 'mail-delivery': 0, detection: 0 },
};

const GOOD: GateInput = {
  ...{
    file: FILE,
    asOf: { origin: 'ledger.example', size: 99, at: null },
    fromMs: FROM,
    toMs: TO,
    nowMs: TO + HOUR_MS,
  },
  ...{ coverage: WHOLE, findings: [], reconciliation: CLEAN },
  rules: [{ rule: 'r', state: 'live', because: '' }],
  limits: [],
};

function ask(more: Partial<GateInput>): { kind: string; conditions: Record<string, string> } {
  const { answer, conditions } = answerGate({ ...GOOD, ...more });
  const kinds = conditions.map((each: Condition) => [each.condition, each.answer.kind]);
  return { kind: answer.kind, conditions: Object.fromEntries(kinds) };
}

test('a wave goes on when every condition holds, and nothing stops it', () => {
  assert.equal(ask({}).kind, 'yes');
  assert.deepEqual(answerGate(GOOD).resume, []);
});

test('missing data keeps the gate from yes', () => {
  const nothing: Partial<GateInput> = {
    ...{ coverage: [], findings: [], reconciliation: undefined, rules: undefined },
  };
  const { kind, conditions } = ask(nothing);
  assert.equal(kind, 'unknown');
  assert.ok(Object.values(conditions).every((each) => each === 'unknown'));
  assert.equal(answerGate({ ...GOOD, ...nothing }).resume.length, 5);
});

const LIVE = { rule: 'r', state: 'live', because: '' } as const;

test('each condition alone can stop the wave, and gives its reason', () => {
  const cases: readonly (readonly [Partial<GateInput>, string, string])[] = [
    [{ coverage: WHOLE.slice(1) }, 'coverage', 'unknown'],
    [{ coverage: [...WHOLE, fact('graph/signIns', { state: 'lost' })] }, 'coverage', 'no'],
    [{ coverage: WHOLE.map((f) => ({ ...f, state: 'late' as const })) }, 'coverage', 'unknown'],
    [{ coverage: WHOLE.map((f) => ({ ...f, toMs: TO - HOUR_MS })) }, 'coverage', 'unknown'],
    [{ coverage: WHOLE.map((f) => ({ ...f, bound: 0.02 })) }, 'loss', 'unknown'],
    [{ coverage: WHOLE.map((f) => ({ ...f, bound: null })) }, 'loss', 'unknown'],
    [{ reconciliation: { ...CLEAN, actions: 0 } }, 'residual', 'unknown'],
    [{ reconciliation: residual(1) }, 'residual', 'no'],
    [{ rules: [] }, 'blind', 'unknown'],
    [{ rules: [{ rule: 'r', state: 'blind', because: 'late' }] }, 'blind', 'no'],
    [{ rules: [{ rule: 'r', state: 'failed', because: 'it threw' }] }, 'blind', 'no'],
    [{ rules: [{ rule: 'r', state: 'partial', because: 'late' }] }, 'blind', 'unknown'],
    [{ rules: [{ ...LIVE, incomplete: 'a file' }] }, 'blind', 'unknown'],
    [{ findings: [finding(4)] }, 'findings', 'no'],
    [{ rules: [{ rule: 'r', state: 'blind', because: 'late' }] }, 'findings', 'unknown'],
    [{ reconciliation: unsought('no-sign-in-source') }, 'residual', 'unknown'],
    [{ reconciliation: unsought('coverage-hole') }, 'residual', 'unknown'],
    [{ coverage: [...WHOLE, fact('x', { state: 'unknown' })] }, 'findings', 'unknown'],
  ];
  for (const [more, condition, kind] of cases) {
    const found = ask(more);
    assert.equal(found.conditions[condition], kind, `${condition} ${JSON.stringify(more)}`);
    assert.notEqual(found.kind, 'yes');
  }
});

test('a gate without a limit on blind rules still reports what they could not see', () => {
  const rules = [{ rule: 'r', state: 'blind', because: 'late' }] as const;
  const asking = (blind: number | undefined): string | undefined => {
    const file = { ...FILE, require: { ...FILE.require, blind } };
    const { conditions } = answerGate({ ...GOOD, file, rules });
    return conditions.find(({ condition }) => condition === 'findings')?.answer.kind;
  };
  assert.deepEqual([asking(undefined), asking(0), asking(1)], ['unknown', 'unknown', 'yes']);
});

test('rules below the severity are not awaited, unless there are no others', () => {
  const [live, blind] = [
    { rule: 'r', state: 'live', because: '' },
    { rule: 'b', state: 'blind', because: 'late' },
  ] as const;
  const asking = (rules: GateInput['rules']): string | undefined =>
    ask({ rules }).conditions['findings'];
  assert.equal(asking([live, { ...blind, severityMax: 4 }]), 'unknown');
  assert.equal(asking([live, { ...blind, severityMax: 3 }]), 'yes');
  assert.equal(asking([{ ...live, severityMax: 3 }]), 'unknown');
});

test('hand-delivered sources hold no wave, and are named as a limit of every yes', () => {
  const limits = [{ code: 'not-handed-in', text: 'not looked for: "answers led elsewhere"' }];
  const asked = answerGate({ ...GOOD, limits });
  assert.deepEqual([asked.answer.kind, asked.limits], ['yes', limits]);
  const { coverage } = FILE.require;
  const file: GateFile = { ...FILE, require: { coverage } };
  assert.deepEqual(answerGate({ ...GOOD, file, limits }).limits, [], 'no rule was asked about');
});

test('findings below the severity, suppressed or outside the window do not hold the wave', () => {
  const mark = { index: 1, uid: 'f', reason: 'known', untilMs: null, by: 'ada', atMs: TO };
  const calm: readonly StoredFinding[] = [
    finding(3),
    { ...finding(4), mark: { ...mark, status: 3 } },
    { ...finding(4), draft: { ...finding(4).draft, lastMs: FROM - 1 } },
  ];
  assert.equal(ask({ findings: calm }).kind, 'yes');
});

test('removing data never turns a gate to yes', () => {
  fc.assert(
    fc.property(
      fc.subarray([...WHOLE]),
      fc.constantFrom(undefined, CLEAN, residual(2)),
      fc.constantFrom(undefined, [], GOOD.rules),
      (coverage, reconciliation, rules) => {
        const isAll =
          coverage.length === WHOLE.length && reconciliation === CLEAN && rules === GOOD.rules;
        assert.equal(ask({ coverage, reconciliation, rules }).kind === 'yes', isAll);
      },
    ),
    runs(100, 2000),
  );
});

test('refuses a gate without conditions or with a misspelled one', () => {
  const given = (text: string): Parameters<typeof parseGate>[0] => ({ file: 'g.yaml', text });
  const head = 'gate: g\nwave: w\nwindow: 14d\n';
  assert.throws(() => parseGate(given(`${head}require: {}\n`)), { code: 'CONFIG_INVALID' });
  assert.throws(() => parseGate(given(`${head}require: { residue: 0 }\n`)), {
    code: 'CONFIG_INVALID',
  });
  assert.throws(() => parseGate(given('gate: g\nwave: w\nwindow: 2 weeks\nrequire: { blind: 0 }')));
});

function residual(actions: number): Reconciliation {
  return { ...CLEAN, residual: [{ day: '2026-03-10', workload: 'Exchange', actions }] };
}

function unsought(cause: 'no-sign-in-source' | 'coverage-hole'): Reconciliation {
  return { ...CLEAN, accounted: 99, unknown: { [cause]: 1 } };
}

function finding(severity: 3 | 4): StoredFinding {
  return {
    ...{ index: 9, uid: 'f', detector: 'rules', state: 'open', because: null, revision: 0 },
    ...{ revisions: [9], mark: undefined },
    draft: {
      ...{ rule: 'r', version: 1, tenant: TENANT, group: 'g', windowMs: FROM, title: 'a finding' },
      ...{ message: '', next: '', severity, techniques: [], entries: [3], firstMs: FROM },
      ...{ lastMs: TO - 1, principals: [], sessions: [], apps: [], addresses: [] },
      confidence: null,
    },
  };
}
