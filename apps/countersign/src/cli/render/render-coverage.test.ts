import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock, TENANT_NOT_STATED } from '@countersign/core';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { Terminal } from '../terminal/terminal.ts';
import { renderCoverage } from './render-coverage.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const OTHER = '6c2f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';

const ROW: CoverageRow = {
  index: 1,
  tenant: TENANT,
  source: 'graph/signIns',
  workload: 'AzureActiveDirectory',
  subject: null,
  fromMs: Date.parse('2026-03-02T08:03:36Z'),
  toMs: Date.parse('2026-03-13T18:26:19Z'),
  state: 'collected',
  bound: 0.0123,
  because: 'the collector read it',
};

test('the conclusion counts every state, and prints a shared reason once', async () => {
  const printed = await render([
    ROW,
    { ...ROW, source: 'm365.export/unified-audit-log', workload: 'Exchange' },
    { ...ROW, state: 'lost', because: 'the service kept it for 7 days', toMs: null },
    { ...ROW, state: 'unknown', because: 'a file cannot prove it', bound: null },
  ]);
  assert.match(printed, /^2 of 4 intervals complete, 1 lost, 1 unknown\.\n/);
  assert.equal(printed.split('the collector read it').length, 2);
  assert.match(printed, /collected .* 2026-03-13 18:26 {2}\[1\]\n +loss ≤ 1\.23 %\n/);
  assert.match(printed, /lost .* … .*\[2\]\n/);
  assert.match(printed, /\n\[3\] a file cannot prove it\n$/);
});

test('names a tenant that differs from that of most rows', async () => {
  const printed = await render([
    ROW,
    ROW,
    { ...ROW, tenant: OTHER },
    { ...ROW, tenant: TENANT_NOT_STATED },
  ]);
  assert.doesNotMatch(printed, new RegExp(TENANT));
  assert.match(printed, new RegExp(`tenant ${OTHER}`));
  assert.match(printed, /tenant not stated/);
});

async function render(rows: readonly CoverageRow[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = { COLUMNS: '80' };
  const terminal = new Terminal({ stdout, stderr, env, clock: systemClock });
  await renderCoverage(terminal, rows);
  stdout.end();
  const printed = await text(stdout);
  for (const line of printed.split('\n')) assert.ok(line.length <= 80, line);
  return printed;
}
