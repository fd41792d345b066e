import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import { lifeOf } from '../life/tenant-life.ts';
import { Population } from '../population/population.ts';
import { runScenario } from '../scenarios/run-scenario.ts';
import { loadScenario, scenarioNames } from '../scenarios/steps/scenario.ts';
import {
  type CapturedDocument,
  defenderCaptures,
  exportCaptures,
  unifiedCaptures,
} from './testing/captures.ts';

const FROM_MS = Date.UTC(2026, 2, 3);
const DAY_MS = 86_400_000;
const CAPTURES = join(import.meta.dirname, '../../../../../shared/data');

type Lists = Readonly<Record<'captured' | 'documented' | 'assumed' | 'missing', readonly string[]>>;

const documented = listsOf(readFileSync(join(import.meta.dirname, '../../RECORDS.md'), 'utf8'));

/** The lists in RECORDS.md, by kind. */
function listsOf(text: string): Map<string, Lists> {
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const kind = /^Kind: `([^`]+)`$/m.exec(section)?.[1];
      assert.ok(kind !== undefined, `no kind in ${section.slice(0, 60)}`);
      const list = (name: string): string[] => {
        const item = new RegExp(`^- ${name}: ((?:.|\\n  )*)`, 'm').exec(section)?.[1] ?? '';
        return Array.from(item.matchAll(/`([^`]+)`/g), ([, field = '']) => field);
      };
      const lists = {
        captured: list('captured'),
        documented: list('documented'),
        assumed: list('assumed'),
        missing: list('missing'),
      };
      return [kind, lists];
    }),
  );
}

function kindOf({ feed, body }: FeedRecord): string {
  return feed.startsWith('activity/') ? String(body['RecordType']) : feed;
}

function fieldsOf(body: JsonObject): string[] {
  const names = ['ExtendedProperties', 'DeviceProperties'].flatMap((member) => {
    const list = body[member];
    if (!Array.isArray(list)) return [];
    return (list as { Name?: string }[]).flatMap(({ Name }) => (Name ? [`${member}.${Name}`] : []));
  });
  const properties = Object.keys((body['properties'] as JsonObject | undefined) ?? {});
  return [...Object.keys(body), ...names, ...properties.map((member) => `properties.${member}`)];
}

function gathered(bodies: Iterable<{ kind: string; body: JsonObject }>): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const { kind, body } of bodies) {
    const known = fields.get(kind) ?? new Set();
    for (const field of fieldsOf(body)) known.add(field);
    fields.set(kind, known);
  }
  return fields;
}

function* madeRecords(): Generator<{ kind: string; body: JsonObject }> {
  const populations = ['corp', 'second'].map((seed) => new Population({ seed, size: 120 }));
  const [corp] = populations as [Population];
  function* all(): Generator<Occurrence> {
    yield* lifeOf(corp, 'comparison').happenings(FROM_MS, FROM_MS + DAY_MS);
    for (const name of scenarioNames()) {
      const scenario = loadScenario(name);
      const roles = populations.slice(0, scenario.tenants.length);
      yield* runScenario(scenario, { populations: roles, seed: 1, fromMs: FROM_MS }).all;
    }
  }
  for (const { records } of all()) {
    for (const record of records) yield { kind: kindOf(record), body: record.body };
  }
}

function sorted(fields: Iterable<string>): string[] {
  return [...new Set(fields)].sort();
}

test('each kind of record has exactly the fields in RECORDS.md', () => {
  const made = gathered(madeRecords());
  assert.deepEqual(sorted(made.keys()), sorted(documented.keys()));
  for (const [kind, lists] of documented) {
    const listed = [...lists.captured, ...lists.documented, ...lists.assumed];
    assert.equal(listed.length, new Set(listed).size, `${kind} lists a field twice`);
    assert.deepEqual(sorted(made.get(kind) ?? []), sorted(listed), kind);
  }
});

test('the counts in the README match RECORDS.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  for (const [kind, { captured, documented: stated, assumed, missing }] of documented) {
    const counts = [captured, stated, assumed, missing].map(({ length }) => length).join(' | ');
    assert.ok(text.includes(`| \`${kind}\` | ${counts} |`), `${kind}: ${counts}`);
  }
});

const captures: (() => CapturedDocument[])[] = [
  () => unifiedCaptures(join(CAPTURES, 'ual-captures')),
  () => defenderCaptures(join(CAPTURES, 'golden-saml/Microsoft365DefenderEvents.json')),
  () => exportCaptures(join(CAPTURES, 'panther-signin')),
];

test('real records have exactly the fields that RECORDS.md calls captured or missing', (t) => {
  if (!existsSync(CAPTURES)) {
    t.skip('because there are no captures at ../shared/data');
    return;
  }
  const real = gathered(captures.flatMap((read) => read()));
  assert.ok(real.size >= 8, `only ${real.size} kinds were read`);
  for (const [kind, lists] of documented) {
    const expected = sorted([...lists.captured, ...lists.missing]);
    assert.deepEqual(sorted(real.get(kind) ?? []), expected, kind);
  }
  for (const kind of real.keys()) assert.ok(documented.has(kind), `${kind} is not made at all`);
});
