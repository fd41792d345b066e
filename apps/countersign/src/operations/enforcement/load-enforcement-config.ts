import type { EnforcementConfig } from '../../config/enforcement-config.ts';
import { ConfigError } from '../../config/errors.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { HandlerContext } from '../host/handler-context.ts';

/**
 * Returns the enforcement points of an operation, and the people who may act on them. `serve` uses
 * only its own configuration. Otherwise a caller could submit a file that authorizes the caller.
 *
 * @throws DocumentError, ConfigError REFERENCED_FILE
 */
export function enforcementConfigFor(
  file: string,
  { config, env }: HandlerContext,
): EnforcementConfig {
  if (config === undefined) return loadEnforcementConfig(file, env);
  if (config.enforcementPoints !== undefined) return config.enforcementPoints;
  throw new ConfigError(
    'REFERENCED_FILE',
    'the configuration of serve has no enforcement points: add enforcementPoints',
  );
}

/** @throws DocumentError, ConfigError REFERENCED_FILE */
export function loadEnforcementConfig(file: string, env: HandlerContext['env']): EnforcementConfig {
  const { enforcementPoints } = loadConfig(file, env);
  if (enforcementPoints !== undefined) return enforcementPoints;
  throw new ConfigError(
    'REFERENCED_FILE',
    `${file} has no enforcement points: add enforcementPoints`,
  );
}
