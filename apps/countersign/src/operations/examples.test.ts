import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { CountersignError, systemClock, systemRandom } from '@countersign/core';
import { contentFolder } from '../config/installed-package.ts';
import { type Conclusion, YES } from './definition/conclusion.ts';
import type { LedgerOperation, Operation, OperationContext } from './definition/operation.ts';
import { parseInput } from './definition/parse-input.ts';
import { runLedgerOperation } from './host/run-command.ts';
import { importRecords } from './ingest/import.ts';
import { exportEvidenceFile, verifyEvidenceFile } from './ledger/evidence.ts';
import { Readers } from './readers/readers.ts';
import { loadOperations } from './registry.ts';

const OPERATIONS = await loadOperations();
const root = mkdtempSync(join(tmpdir(), 'countersign-examples-'));
const sample = join(root, 'sample');
after(() => rmSync(root, { recursive: true, force: true }));

before(async () => {
  const input = parseInput(importRecords.input, { paths: [join(contentFolder(), 'sample')] });
  await perform(sample, importRecords, input);
});

for (const operation of OPERATIONS) {
  for (const [at, example] of operation.examples.entries()) {
    const { commandLine, summary } = example;
    const name = `${operation.name} ${at}`;
    if ('runsOn' in example) {
      test(`${summary}: ${commandLine}`, async () => {
        const { outputs } = await run(operation, parseInput(operation.input, example.input), name);
        for (const output of outputs) operation.output.parse(output);
      });
    } else if (example.needs !== 'witness' && example.needs !== 'interruption') {
      test(`fails without its prerequisite: ${commandLine}`, async () => {
        const input = parseInput(operation.input, example.input);
        const isRun = await run(operation, input, name).then(isAnswer, isUnexpected);
        assert.equal(isRun, false, `the sample has what it needs: ${example.needs}`);
      });
    }
  }
}

test('no output schema accepts every value', () => {
  for (const { name, output } of OPERATIONS) {
    for (const wrong of [{}, null, 'text', [{}]]) {
      assert.equal(output.safeParse(wrong).success, false, `${name}: ${JSON.stringify(wrong)}`);
    }
  }
});

test("an exported evidence file verifies with the log's key", async () => {
  using readers = new Readers({ dataDir: sample, clock: systemClock });
  const context = contextOf(sample, readers);
  const given = parseInput(exportEvidenceFile.input, { entries: [3461] });
  const { output } = await exportEvidenceFile.run(context, given);
  const evidence = Buffer.from(output.evidence).toString('base64');
  const file = parseInput(verifyEvidenceFile.input, { evidence, key: output.vkey });
  const verified = await verifyEvidenceFile.run(context, file);
  verifyEvidenceFile.output.parse(verified.output);
  assert.equal(verified.view.answer.kind, 'yes');
  assert.deepEqual(verified.conclusion, { kind: 'yes' });
});

type ExampleResult = { readonly outputs: readonly unknown[]; readonly conclusion: Conclusion };

/** Outputs as JSON, as adapters send them: the items of a list, or the document. */
async function run(operation: Operation, input: object, name: string): Promise<ExampleResult> {
  const dataDir = operation.effect === 'read' ? sample : join(root, name.replaceAll(' ', '-'));
  if (dataDir !== sample) cpSync(sample, dataDir, { recursive: true });
  using readers = new Readers({ dataDir, clock: systemClock });
  const context = contextOf(dataDir, readers);
  if (operation.runsIn === 'ledger') {
    const output = await perform(dataDir, operation, input);
    const conclusion = operation.conclude?.(output, { dataDir }) ?? YES;
    return { outputs: [asJson(output)], conclusion };
  }
  if (operation.kind === 'document') {
    const { output, conclusion } = await operation.run(context, input);
    return { outputs: [asJson(output)], conclusion };
  }
  const list = await operation.run(context, input);
  const outputs: unknown[] = [];
  for await (const item of list) outputs.push(asJson(item));
  return { outputs, conclusion: await list.conclude() };
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isAnswer({ conclusion }: ExampleResult): boolean {
  return conclusion.kind !== 'failed';
}

/** A missing prerequisite gives a Countersign error, or names a missing file. */
function isUnexpected(error: unknown): boolean {
  const isMissingFile = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return !isMissingFile && !(error instanceof CountersignError);
}

function contextOf(dataDir: string, readers: Readers): OperationContext {
  return {
    ...{ dataDir, readers, tenant: undefined, clock: systemClock, random: systemRandom, env: {} },
    signal: new AbortController().signal,
    progress: () => undefined,
    notice: () => undefined,
    perform: (operation, input) => perform(dataDir, operation, input),
  };
}

async function perform<Input extends object, Output>(
  dir: string,
  operation: LedgerOperation<Input, Output>,
  input: Input,
): Promise<Output> {
  const output = await runLedgerOperation({
    ...{ dir, operation, input, mode: 'perform', tenant: undefined, env: {} },
    ...{ who: 'ada', version: '0.0.0', clock: systemClock, random: systemRandom },
    signal: new AbortController().signal,
    stdin: Readable.from([]),
    keyFile: undefined,
    // A copy of the sample.
    acceptFork: 'accept',
    progress: () => undefined,
    waiting: () => undefined,
    finishing: () => undefined,
  });
  return output as Output;
}
