import type { EnforcementConfig } from '../config/enforcement-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { type Command, requiredText } from './forwarding/command.ts';
import { CommandError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';

/**
 * The doors that work is about, and the people whose word counts. `serve` goes by its own
 * configuration: a caller that could name another one would name its own people in it.
 * @throws ConfigError, WorkError DOOR_FILE
 */
export function endpointsFor(work: Command, { config, env }: HandlerContext): EnforcementConfig {
  if (config === undefined) return endpointsIn(requiredText(work, 'config'), env);
  if (config.doors !== undefined) return config.doors;
  throw new CommandError('DOOR_FILE', 'the configuration of serve names no doors: write doors');
}

/** @throws ConfigError, WorkError DOOR_FILE */
export function endpointsIn(file: string, env: HandlerContext['env']): EnforcementConfig {
  const { doors } = loadConfig(file, env);
  if (doors !== undefined) return doors;
  throw new CommandError('DOOR_FILE', `${file} names no doors: write doors`);
}
