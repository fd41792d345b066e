import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { IS_LONG, SEED } from '../tools/property.ts';
import { askJson, type Report } from './support/account.ts';
import { countersign } from './support/command-line.ts';
import { temporaryFolder } from './support/folders.ts';
import { type Played, type PlayOptions, play } from './support/played.ts';

const root = temporaryFolder('reconcile');
const DAYS = IS_LONG ? 7 : 2;
const CANNOT_TELL = [3] as const;

type Totals = {
  readonly actions: number;
  readonly accounted: number;
  readonly unaccounted: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
  readonly residual: readonly unknown[];
};
type Listed = { readonly index: number; readonly cause: string; readonly token: string | null };
type Finding = { readonly evidences: readonly { data: { entries: readonly number[] } }[] };

async function played(name: string, options: Partial<PlayOptions>): Promise<[string, Played]> {
  const data = join(root, `${name}-data`);
  const made = await play(join(root, name), {
    ...{ seed: SEED, days: DAYS, tenants: [{ people: 10 }] },
    ...options,
  });
  const report = await askJson<Report>(data, ['import', made.folder]);
  assert.ok(report.accepted > 0);
  return [data, made];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((n, count) => n + count, 0);
}

async function totalsOf(data: string): Promise<Totals> {
  return askJson<Totals>(data, ['reconcile'], CANNOT_TELL);
}

/** A list over what came out of files exits 3, whatever it lists. */
async function listOf<T>(data: string, ...args: readonly string[]): Promise<T[]> {
  const { code, stdout, stderr } = await countersign([...args, '--data', data, '--json']);
  assert.equal(code, 3, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

async function findingsOf(data: string): Promise<Finding[]> {
  return listOf<Finding>(data, 'findings', '--rule', 'reconcile');
}

test('mail that was read with forged tokens is found by reconciliation alone', async () => {
  const [data, { truth, tenants }] = await played('forged', { scenarios: ['forged-tokens'] });
  const totals = await totalsOf(data);
  assert.equal(totals.actions, totals.accounted + sum(totals.unaccounted) + sum(totals.unknown));
  const listed = await listOf<Listed>(data, 'reconcile', '--list');
  const untied = new Set(
    listed.filter(({ cause }) => cause === 'coverage-unknown').map(({ index }) => index),
  );
  const mine = truth.deeds.filter(({ tenantId }) => tenants.includes(tenantId));
  const attackers = mine.filter(({ technique }) => technique === 'T1114.002');
  assert.ok(attackers.length > 0, 'they read mail');
  assert.ok(untied.size > 0, 'and no sign-in stands behind it');
  const told = (await findingsOf(data)).flatMap(({ evidences }) =>
    evidences.flatMap(({ data: { entries } }) => entries),
  );
  assert.ok(told.length > 0);
  for (const index of told) assert.ok(untied.has(index), `entry ${index} is one of theirs`);
});

test('quiet days leave nothing unexplained', async () => {
  const [data] = await played('quiet', {});
  const { unaccounted, residual } = await totalsOf(data);
  assert.deepEqual(unaccounted, {});
  assert.deepEqual(residual, []);
  assert.deepEqual(await findingsOf(data), []);
});

test('without the log of sign-ins nothing is accounted, and nothing is a finding', async () => {
  const folder = join(root, 'forged');
  const kept = readdirSync(folder).filter((name) => !/SignInLogs|AzureActiveDirectory/.test(name));
  const data = join(root, 'cut-data');
  await askJson<Report>(data, ['import', ...kept.map((name) => join(folder, name))]);
  const { accounted, unaccounted, actions, unknown } = await totalsOf(data);
  assert.deepEqual([accounted, unaccounted], [0, {}]);
  assert.equal(sum(unknown), actions);
  assert.deepEqual(await findingsOf(data), []);
});
