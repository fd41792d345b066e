export { ConfigError, type ConfigProblem, invalidConfig, problemText } from './errors.ts';
export { CONFIG_BYTES_MAX } from './limits.ts';
export { type ConfigFile, parseYaml } from './parse-yaml.ts';
export { readConfigFile } from './read-source.ts';
export { problemsOf } from './schema-problems.ts';
export { readYaml, type YamlDocument } from './yaml-document.ts';
