import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import { importPaths } from '../../../apps/countersign/src/ingest/import-run.ts';
import { loadDetection } from '../../../apps/countersign/src/operations/host/load-detectors.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../../apps/countersign/src/operations/host/run-detection.ts';
import type { FindingDraft } from '../../../apps/countersign/src/store/rows/finding.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';
import {
  type Attack,
  recordScenarios,
  type ScenarioPlan,
  type ScenarioRecording,
} from './scenario-recording.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

/** A finding, and the attacks behind its records. */
export type AttributedFinding = {
  readonly finding: FindingDraft;
  readonly about: readonly Attack[];
};

export type DetectionResult = {
  readonly data: string;
  readonly recording: ScenarioRecording;
  readonly findings: readonly AttributedFinding[];
};

/**
 * Plays it in a folder, imports it, and runs all detection on it. `handIn` may add more files
 * before.
 */
export async function detect(
  folder: string,
  plans: readonly ScenarioPlan[],
  handIn?: (recording: ScenarioRecording) => void,
): Promise<DetectionResult> {
  const recording = recordScenarios(join(folder, 'told'), plans);
  handIn?.(recording);
  const data = join(folder, 'data');
  await withDetectors(data, (read) => read(recording.folder));
  return { data, recording, findings: await findingsIn(data, recording) };
}

/** An account with all detection running; `read` imports all files of a folder. */
export async function withDetectors(
  data: string,
  use: (read: (folder: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const detection = await loadDetection();
  const writer = await openLedgerWriter({ dir: data, clock: systemClock, random, detection });
  try {
    await use(async (folder) => {
      const inputs = readdirSync(folder).map((name) => {
        return { kind: 'path', path: join(folder, name) } as const;
      });
      const { warnings } = await importPaths(writer, {
        inputs,
        actor: Actor,
        workers: 1,
        afterImport: () => runDetection(writer),
      });
      const failed = warnings.filter(({ text }) => /could not judge/.test(text));
      if (failed.length > 0) throw new Error(failed.map(({ text }) => text).join('\n'));
    });
  } finally {
    await closeWriter(writer);
  }
}

/** The findings of an account, and the attacks behind their records. */
export async function findingsIn(
  data: string,
  { attacks }: Pick<ScenarioRecording, 'attacks'>,
): Promise<AttributedFinding[]> {
  const [store, ledger] = [await StoreReader.open(data), await LedgerReader.open(data)];
  try {
    const findings: AttributedFinding[] = [];
    for (const { draft, state } of store.findings.list()) {
      if (state === 'withdrawn') continue;
      const about = new Map<string, Attack>();
      // Without an attack there is nothing to look up, in any number of records.
      for (const index of attacks.size === 0 ? [] : draft.entries) {
        const body = await ledger.body(index);
        if (body.kind === 'erased') continue;
        const attack = attacks.get(Buffer.from(body.bytes).toString('utf8'));
        if (attack !== undefined) about.set(JSON.stringify(attack), attack);
      }
      findings.push({ finding: draft, about: [...about.values()] });
    }
    return findings;
  } finally {
    store.close();
    ledger.close();
  }
}
