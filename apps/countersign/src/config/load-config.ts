import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '@countersign/core';
import { ConfigError } from '@countersign/yaml-document';
import type { Config } from './config.ts';
import { type ConfigWorld, worldIn } from './config-environment.ts';
import { CONFIG_BYTES_MAX } from './limits.ts';
import { type ConfigFile, parseConfig } from './parse-config.ts';

/**
 * Reads and checks the configuration in `file`.
 * @throws ConfigError
 */
export function loadConfig(file: string, env: ConfigWorld['env']): Config {
  return parseConfig(readConfigFile(file), worldIn(dirname(file), env), readConfigFile);
}

/** @throws ConfigError CONFIG_UNREADABLE */
export function readConfigFile(file: string): ConfigFile {
  try {
    const { size } = statSync(file);
    if (size > CONFIG_BYTES_MAX)
      throw new RangeError(`it is larger than ${CONFIG_BYTES_MAX} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    return { file, text };
  } catch (cause) {
    throw new ConfigError(
      'CONFIG_UNREADABLE',
      `could not read the configuration ${file}: ${messageOf(cause)}; name it with --config FILE`,
      { cause },
    );
  }
}
