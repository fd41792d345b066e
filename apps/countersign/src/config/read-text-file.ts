import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { ConfigError } from './errors.ts';

/** Reads a file that the configuration names. @throws ConfigError REFERENCED_FILE */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(file, messageOf(error));
  }
}

export function unusable(file: string, what: string): ConfigError {
  return new ConfigError(
    'REFERENCED_FILE',
    `could not use ${file} for the enforcement points: ${what}`,
  );
}
