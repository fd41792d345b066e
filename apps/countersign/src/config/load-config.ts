import { dirname } from 'node:path';
import { readConfigFile } from '@countersign/yaml-document';
import type { Config } from './config.ts';
import { type ConfigEnvironment, worldIn } from './config-environment.ts';
import { parseConfig } from './parse-config.ts';

/**
 * Reads and checks the configuration in `file`.
 * @throws DocumentError CONFIG_INVALID
 */
export function loadConfig(file: string, env: ConfigEnvironment['env']): Config {
  return parseConfig(readConfigFile(file), worldIn(dirname(file), env), readConfigFile);
}
