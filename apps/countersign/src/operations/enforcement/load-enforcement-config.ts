import type { EnforcementConfig } from '../../config/enforcement-config.ts';
import { ConfigError } from '../../config/errors.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { HandlerContext } from '../host/handler-context.ts';

/**
 * The enforcement points of an operation, and the people who may act on them. `serve` uses its own
 * configuration: a caller that could name another one would name its own people in it.
 *
 * @throws DocumentError, ConfigError REFERENCED_FILE
 */
export function endpointsFor(file: string, { config, env }: HandlerContext): EnforcementConfig {
  if (config === undefined) return endpointsIn(file, env);
  if (config.enforcementPoints !== undefined) return config.enforcementPoints;
  throw new ConfigError(
    'REFERENCED_FILE',
    'the configuration of serve names no enforcement points: write enforcementPoints',
  );
}

/** @throws DocumentError, ConfigError REFERENCED_FILE */
export function endpointsIn(file: string, env: HandlerContext['env']): EnforcementConfig {
  const { enforcementPoints } = loadConfig(file, env);
  if (enforcementPoints !== undefined) return enforcementPoints;
  throw new ConfigError(
    'REFERENCED_FILE',
    `${file} names no enforcement points: write enforcementPoints`,
  );
}
