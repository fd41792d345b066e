import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { readConfigFile } from '@countersign/yaml-document';
import { PolicyError } from '../errors.ts';
import { POLICY_FILES_MAX } from '../limits.ts';
import { parseEndpointFile } from './enforcement-point.ts';
import type { PolicySource, PolicyText } from './policy-set.ts';

/**
 * A policy folder: one schema, any number of policy files with their tests, and optionally the
 * company's own enforcement points in `enforcement-points.yaml`.
 */
export type PolicyFolder = {
  readonly source: PolicySource;
  readonly tests: readonly PolicyText[];
};

/** @throws PolicyError POLICY_INVALID, DocumentError CONFIG_UNREADABLE */
export function readPolicyFolder(folder: string): PolicyFolder {
  const names = namesIn(folder);
  const read = (ending: string): PolicyText[] =>
    names.filter((name) => name.endsWith(ending)).map((name) => readConfigFile(join(folder, name)));
  const schemas = read('.cedarschema');
  const [schema] = schemas;
  if (schema === undefined || schemas.length > 1) {
    const what = schemas.length === 0 ? 'no schema' : `${schemas.length} schemas`;
    throw unreadable(folder, `it has ${what}: one file must end in .cedarschema`);
  }
  const policies = read('.cedar');
  if (policies.length === 0) throw unreadable(folder, 'it has no policy: files end in .cedar');
  if (names.includes('doors.yaml')) {
    throw unreadable(folder, 'doors.yaml has another name: call it enforcement-points.yaml');
  }
  const points = names.includes('enforcement-points.yaml')
    ? parseEndpointFile(readConfigFile(join(folder, 'enforcement-points.yaml')))
    : undefined;
  return { source: { schema, policies, points }, tests: read('.test.yaml') };
}

function namesIn(folder: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (cause) {
    throw unreadable(folder, `${messageOf(cause)}: name the folder with --policies DIR`);
  }
  if (names.length <= POLICY_FILES_MAX) return names;
  throw unreadable(folder, `it has ${names.length} files: is it a folder of policies?`);
}

function unreadable(folder: string, what: string): PolicyError {
  return new PolicyError('POLICY_INVALID', `could not read the policies in ${folder}: ${what}`);
}
