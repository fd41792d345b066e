import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { CommandError } from '../operations/forwarding/errors.ts';

/** A file that the configuration names. @throws WorkError DOOR_FILE */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(file, messageOf(error));
  }
}

export function unusable(file: string, what: string): CommandError {
  return new CommandError('DOOR_FILE', `could not use ${file} for the doors: ${what}`);
}
