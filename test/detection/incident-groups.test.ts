import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { findingUid } from '../../apps/countersign/src/detection/findings/finding-identity.ts';
import type { Incident } from '../../apps/countersign/src/detection/incidents/incident.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { type DetectionResult, detect } from '../support/detection/detect.ts';
import { incidentsIn } from '../support/detection/read-incidents.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('incidents');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;

const SEEDS = IS_LONG ? 12 : 2;
/** Enough people and days that offices, programs and administrators stand out. */
const COMPANY = { people: 40, lifeDays: 6 } as const;
const PRECISION_MIN = 0.95;
const RECALL_MIN = 0.8;

type Run = { readonly seed: number; readonly of: DetectionResult; readonly incidents: Incident[] };

const runs: Run[] = [];
before(async () => {
  for (let seed = SEED; seed < SEED + SEEDS; seed++) {
    const folder = join(root, String(seed));
    mkdirSync(folder);
    const of = await detect(folder, [{ scenario: 'two-attacks', seed, ...COMPANY }]);
    runs.push({ seed, of, incidents: await incidentsIn(of.data) });
  }
});

/** The attacks behind the records of each finding: none for ordinary activity. */
function attacksOf({ findings }: DetectionResult): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    findings.map(({ finding, about }) => [
      findingUid(finding),
      new Set(about.flatMap(({ attack }) => attack ?? [])),
    ]),
  );
}

type Pairs = { readonly right: number; readonly wrong: number; readonly missed: number };

/**
 * Pairs of findings with at least one from an attack. A finding with records of both attacks (what
 * the administrator did for both victims) can be in only one incident. It counts where it is, and
 * is not missing from the other.
 */
function pairsOf({ of, incidents }: Run): Pairs {
  const attacks = attacksOf(of);
  const placed = incidents.flatMap(({ id, findings }) =>
    findings.map(({ uid }) => ({ id, attacks: [...(attacks.get(uid) ?? [])] })),
  );
  let [right, wrong, missed] = [0, 0, 0];
  for (const [at, one] of placed.entries()) {
    for (const other of placed.slice(at + 1)) {
      if (one.attacks.length + other.attacks.length === 0) continue;
      const isOneAttack = one.attacks.some((attack) => other.attacks.includes(attack));
      const isOfOneEach = one.attacks.length === 1 && other.attacks.length === 1;
      if (one.id === other.id && isOneAttack) right++;
      else if (one.id === other.id) wrong++;
      else if (isOneAttack && isOfOneEach) missed++;
    }
  }
  return { right, wrong, missed };
}

function shown({ seed, of, incidents }: Run): string {
  const attacks = attacksOf(of);
  const lines = incidents.flatMap(({ id, findings }) => [
    id,
    ...findings.map(({ uid, draft }) => {
      return `  [${[...(attacks.get(uid) ?? [])]}] ${draft.severity} ${draft.title}`;
    }),
  ]);
  return `seed ${seed}\n${lines.join('\n')}`;
}

test('two simultaneous attacks are two incidents, whatever innocent people share', (t) => {
  const all = runs.map(pairsOf);
  const sum = (read: (pairs: Pairs) => number): number => all.reduce((n, of) => n + read(of), 0);
  const right = sum((of) => of.right);
  const precision = right / (right + sum((of) => of.wrong));
  const recall = right / (right + sum((of) => of.missed));
  t.diagnostic(`precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, ${SEEDS} seeds`);
  assert.ok(right > 100, 'there is something to measure');
  const why = `${precision} ${recall}\n${runs.map(shown).join('\n')}`;
  assert.ok(precision >= PRECISION_MIN && recall >= RECALL_MIN, why);
});

test('the spray that began an attack is in its incident', () => {
  for (const run of runs) {
    const of = ({ findings }: Incident, rule: string): boolean =>
      findings.some(({ draft }) => draft.rule === rule);
    const [incident] = run.incidents.filter((one) => of(one, 'stream/password-spray'));
    assert.ok(incident !== undefined && of(incident, 'stream/consent-read'), shown(run));
  }
});

const SAMPLE = join(import.meta.dirname, '../../content/sample/export');

async function incidentsFrom(
  name: string,
  files: readonly (readonly string[])[],
): Promise<unknown> {
  const dir = join(root, name);
  const detection = await loadDetection();
  for (const batch of files) {
    const writer = await openLedgerWriter({ dir, clock: systemClock, random, detection });
    const inputs = batch.map((file) => ({ kind: 'path', path: join(SAMPLE, file) }) as const);
    await importPaths(writer, {
      inputs,
      actor: Actor,
      workers: 1,
      afterImport: () => runDetection(writer),
    });
    await closeWriter(writer);
  }
  const incidents = await incidentsIn(dir);
  return incidents.map(({ id, findings }) => ({ id, findings: findings.map(({ uid }) => uid) }));
}

test('the same files give the same incidents, at once or one by one, in any order', async () => {
  const files = readdirSync(SAMPLE).sort();
  const atOnce = await incidentsFrom('at-once', [files]);
  const oneByOne = await incidentsFrom(
    'one-by-one',
    files.toReversed().map((file) => [file]),
  );
  assert.deepEqual(oneByOne, atOnce);
});
