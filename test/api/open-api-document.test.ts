import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ended, REPOSITORY } from '../support/command-line.ts';

test('a public linter finds nothing in the OpenAPI document', async () => {
  const redocly = join(REPOSITORY, 'node_modules/.bin/redocly');
  const document = join(REPOSITORY, 'docs/reference/openapi.json');
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const child = spawn(process.execPath, [redocly, 'lint', document], { cwd: REPOSITORY, env });
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr + stdout, /Your API description is valid/);
  assert.doesNotMatch(stderr + stdout, /\bwarnings?\b/);
});
