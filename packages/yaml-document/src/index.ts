export { ConfigError, type ConfigProblem, invalidConfig, problemText } from './errors.ts';
export { problemsOf } from './schema-problems.ts';
export { readYaml, type YamlDocument } from './yaml-document.ts';
