export { type ConfigFile, parseConfig, parseEstate } from './config.ts';
export { ConfigError, type ConfigErrorCode, type ConfigProblem, problemText } from './errors.ts';
export { loadConfig } from './load.ts';
export type * from './types.ts';
export type { ConfigWorld } from './world.ts';
