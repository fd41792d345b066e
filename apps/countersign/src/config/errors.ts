import { CountersignError } from '@countersign/core';

/** - `DOOR_FILE` a file that the configuration names cannot be used, or is missing */
export type ConfigErrorCode = 'DOOR_FILE';

/** The configuration, or a file that it names, cannot be used. */
export class ConfigError extends CountersignError<ConfigErrorCode> {
  override readonly name = 'ConfigError';
}
