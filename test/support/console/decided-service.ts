import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentFolder } from '../../../apps/countersign/src/config/installed-package.ts';
import { type RunningService, startSampleService } from '../api/running-service.ts';
import { countersignHere } from '../command-here.ts';

/** A service over the sample, with a refusal of a person and an evaluated gate. */
type DecidedService = {
  readonly service: RunningService;
  /** The reference that the refused person reads out. */
  readonly reference: string;
};

/** @param root a folder of the test */
export async function startDecidedService(root: string): Promise<DecidedService> {
  const service = await startSampleService(root);
  const { dir } = service;
  const example = join(contentFolder(), 'policies/example');
  const request = JSON.parse(readFileSync(join(example, 'request.json'), 'utf8')) as object;
  const file = join(root, 'refused.json');
  const context = { factor: 'single', address: '198.51.100.7' };
  writeFileSync(file, JSON.stringify({ ...request, context }));
  const directory = join(example, 'directory.yaml');
  const decided = await countersignHere([
    ...['decide', file, '--directory', directory, '--data', dir, '--json'],
  ]);
  assert.notEqual(decided.stdout, '', decided.stderr);
  const { id } = (JSON.parse(decided.stdout) as { context: { id: string } }).context;
  const gate = await countersignHere([
    ...['gate', join(contentFolder(), 'gates/example.yaml'), '--data', dir, '--json'],
  ]);
  assert.notEqual(gate.stdout, '', gate.stderr);
  return { service, reference: id.slice(-12).replace(/(.{4})(?=.)/g, '$1-') };
}
