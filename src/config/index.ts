export { type ConfigFile, parseConfig, parseEstate, parseYaml } from './config.ts';
export type * from './doors-types.ts';
export { ConfigError, type ConfigErrorCode, type ConfigProblem, problemText } from './errors.ts';
export { loadConfig, readConfigFile } from './load.ts';
export type * from './types.ts';
export { LICENCES } from './types.ts';
export type { ConfigWorld } from './world.ts';
