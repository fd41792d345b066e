import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { IS_LONG } from '../../tools/property.ts';
import { published, SKIP_REASON } from '../../tools/testing/published-ocsf.ts';
import { commandHere } from '../support/command-here.ts';
import { withDetectors } from '../support/detection/detect.ts';
import { recordScenarios } from '../support/detection/scenario-recording.ts';
import { temporaryFolder } from '../support/folders.ts';
import { sharedData, withoutShared } from '../support/shared-data.ts';

const root = temporaryFolder('ocsf-events');
const SAMPLE = join(import.meta.dirname, '../../content/sample/export');
const skip = published === undefined ? SKIP_REASON : false;
const CANNOT_TELL = 3;

type Json = { readonly [name: string]: unknown };

/** The JSON output of a command, one document per line. */
async function printed(...args: readonly string[]): Promise<Json[]> {
  const { code, stdout, stderr } = await commandHere([...args, '--json'], systemClock);
  assert.ok(code === 0 || code === CANNOT_TELL, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}

/** Imports folders, and validates everything printed against the published definitions. */
async function assertPublished(name: string, folders: readonly string[]): Promise<void> {
  const data = join(root, name);
  await withDetectors(data, async (read) => {
    for (const folder of folders) await read(folder);
  });
  const events = await printed('timeline', '--data', data);
  const findings = await printed('findings', '--data', data);
  assert.ok(events.length > 0 && findings.length > 0, `${events.length} ${findings.length}`);
  const wrong = new Map<string, number>();
  for (const event of [...events, ...findings]) {
    for (const text of published?.problemsOf(event) ?? []) {
      const where = `${String(event['class_uid'])} ${text}`;
      wrong.set(where, (wrong.get(where) ?? 0) + 1);
    }
  }
  assert.deepEqual([...wrong], []);
  for (const { evidences } of findings) {
    const [evidence] = evidences as { data: { entries: unknown } }[];
    assert.ok(Array.isArray(evidence?.data.entries), 'findings name their entries');
  }
}

test('events and findings of the sample follow the published OCSF', { skip }, async () => {
  await assertPublished('sample', [SAMPLE]);
});

test('events and findings of an attacked emulated company follow it', { skip }, async () => {
  const folder = join(root, 'told');
  mkdirSync(folder);
  const company = IS_LONG ? { people: 60, lifeDays: 5 } : { people: 12, lifeDays: 0 };
  const scenarios = ['two-attacks', 'midnight-blizzard', 'leaver', 'audit-off'];
  recordScenarios(
    folder,
    scenarios.map((scenario) => ({ scenario, seed: 1, ...company })),
  );
  await assertPublished('emulator', [folder]);
});

const noCaptures = withoutShared('ual-captures', 'golden-saml', 'ocsf-1.8.0');
test('events and findings of the captures follow it', { skip: noCaptures }, async () => {
  const folders = ['ual-captures', 'golden-saml'].map(sharedData);
  assert.ok(folders.flatMap((folder) => readdirSync(folder)).length > 10);
  await assertPublished('captures', folders);
});
