import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliReference } from '../apps/countersign/src/cli/cli-reference.ts';
import { REFERENCE } from './reference.ts';

test('the reference of the command line is current: npm run reference', async () => {
  assert.equal(readFileSync(REFERENCE, 'utf8'), await cliReference());
});
