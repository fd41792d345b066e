import { writeFileSync } from 'node:fs';
import type { Clock, Random, TenantId } from '@countersign/core';
import { Readers } from '../operations/readers/readers.ts';
import { evaluateGate } from '../operations/rollout/gate.ts';

/** What the company's rollout team would ask before it moves the next people. */
const WAVE = `# May the next people move? "countersign gate FILE" answers, and records its answer.
gate: second-wave
wave: Finance, 12 people, with their mail and documents
window: 14d
behind: 12h
require:
  coverage:
    state: collected
    sources: [m365.activity/Audit.Exchange, m365.activity/Audit.SharePoint, graph/signIns]
  residual: 0
  blind: 0
  findings: high
`;

type GateOptions = {
  readonly dataDir: string;
  /** Where the gate is written. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly tenant: TenantId;
  /** Runs a step in the ledger, which this process holds. */
  readonly perform: (operation: string, input: object) => Promise<unknown>;
};

/** Evaluates the gate of the next wave, whose answer becomes an entry. */
export async function evaluateDemoGate(options: GateOptions): Promise<void> {
  const { file, perform, ...world } = options;
  writeFileSync(file, WAVE);
  using readers = new Readers(world);
  await evaluateGate.run(
    {
      ...{ ...world, readers, progress: () => undefined, notice: () => undefined },
      perform: async (operation, input) =>
        (await perform(operation.name, input)) as Awaited<ReturnType<typeof operation.run>>,
    },
    { file },
  );
}
