import assert from 'node:assert/strict';
import { loadOperations } from '../../apps/countersign/src/operations/registry.ts';

const OPERATIONS = await loadOperations();

/** Checks each line of `--json` by the output schema of an operation. */
export function assertOutput(name: string, stdout: string): void {
  const operation = OPERATIONS.find((each) => each.name === name);
  assert.ok(operation !== undefined, name);
  const lines = stdout.split('\n').filter((line) => line !== '');
  assert.ok(lines.length > 0, `${name} prints something`);
  for (const line of lines) operation.output.parse(JSON.parse(line));
}
