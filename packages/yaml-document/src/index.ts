export { DocumentError, type DocumentProblem, invalidConfig, problemText } from './errors.ts';
export { parseYaml, type SourceText } from './parse-yaml.ts';
export { readConfigFile } from './read-source.ts';
export { problemsOf } from './schema-problems.ts';
export { readYaml, type YamlDocument } from './yaml-document.ts';
