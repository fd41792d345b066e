import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { REFERENCES } from './reference.ts';

for (const [file, textOf] of REFERENCES) {
  test(`${basename(file)} is current: npm run reference`, async () => {
    assert.equal(readFileSync(file, 'utf8'), await textOf());
  });
}
