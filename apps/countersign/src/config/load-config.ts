import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { readConfigFile } from '@countersign/yaml-document';
import type { Config } from './config.ts';
import { type ConfigEnvironment, worldIn } from './config-environment.ts';
import { parseConfig } from './parse-config.ts';

/** The configuration in a file at the time of reading. */
export type ConfigVersion = {
  readonly file: string;
  /** SHA-256 of the bytes of the file, in hex. */
  readonly sha256: string;
  readonly config: Config;
};

/**
 * Reads and checks the configuration in `file`.
 * @throws DocumentError CONFIG_INVALID, CONFIG_UNREADABLE
 */
export function loadConfig(file: string, env: ConfigEnvironment['env']): Config {
  return loadConfigVersion(file, env).config;
}

/**
 * As {@link loadConfig}, with the digest of what was read.
 * @throws DocumentError CONFIG_INVALID, CONFIG_UNREADABLE
 */
export function loadConfigVersion(file: string, env: ConfigEnvironment['env']): ConfigVersion {
  const source = readConfigFile(file);
  const config = parseConfig(source, worldIn(dirname(file), env), readConfigFile);
  return { file, sha256: createHash('sha256').update(source.text).digest('hex'), config };
}
