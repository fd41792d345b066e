import type { EnforcementConfig } from '../../config/enforcement-config.ts';
import { ConfigError } from '../../config/errors.ts';
import { textOf } from '../../config/read-text-file.ts';
import { type People, personKey } from './signed-statement.ts';

/**
 * Reads the approvers of a configuration, whose agreement two-person acts need.
 * @throws ConfigError REFERENCED_FILE
 */
export function peopleOf({ people }: Pick<EnforcementConfig, 'people'>): People {
  const known: Map<string, NonNullable<ReturnType<People['get']>>> = new Map();
  for (const { name, key: file } of people) {
    const key = personKey(textOf(file));
    if (key === undefined) {
      throw unusable(name, `${file} does not hold a public Ed25519 key in PEM`);
    }
    const other = [...known].find(([, each]) => each.equals(key))?.[0];
    if (other !== undefined) throw unusable(name, `${other} has the same key`);
    known.set(name, key);
  }
  return known;
}

function unusable(name: string, why: string): ConfigError {
  return new ConfigError('REFERENCED_FILE', `could not use the key of ${name}: ${why}`);
}
