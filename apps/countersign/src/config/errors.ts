import { CountersignError } from '@countersign/core';

/** - `REFERENCED_FILE` a file that the configuration names is missing or unusable */
export type ConfigErrorCode = 'REFERENCED_FILE';

/** The configuration, or a file that it names, is unusable. */
export class ConfigError extends CountersignError<ConfigErrorCode> {
  override readonly name = 'ConfigError';
}
