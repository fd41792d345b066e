import type { DoorsConfig } from '../config/enforcement-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { requiredText, type Work } from './forwarding/command.ts';
import { WorkError } from './forwarding/errors.ts';
import type { Performer } from './host/handlers.ts';

/**
 * The doors that work is about, and the people whose word counts. `serve` goes by its own
 * configuration: a caller that could name another one would name its own people in it.
 * @throws ConfigError, WorkError DOOR_FILE
 */
export function doorsFor(work: Work, { config, env }: Performer): DoorsConfig {
  if (config === undefined) return doorsIn(requiredText(work, 'config'), env);
  if (config.doors !== undefined) return config.doors;
  throw new WorkError('DOOR_FILE', 'the configuration of serve names no doors: write doors');
}

/** @throws ConfigError, WorkError DOOR_FILE */
export function doorsIn(file: string, env: Performer['env']): DoorsConfig {
  const { doors } = loadConfig(file, env);
  if (doors !== undefined) return doors;
  throw new WorkError('DOOR_FILE', `${file} names no doors: write doors`);
}
