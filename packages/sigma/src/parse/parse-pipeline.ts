import { checkRegex } from '../expressions/regex.ts';
import type { LogSource, Scalar } from '../rule-document.ts';
import { RuleError, type RuleProblem } from '../rule-problem.ts';
import {
  isScalar,
  type Members,
  members,
  oneOf,
  optionalText,
  type Path,
  someTexts,
  text,
  texts,
} from './checked-members.ts';
import type {
  Conditions,
  FieldCondition,
  ItemCondition,
  Pipeline,
  ProcessingItem,
  RuleCondition,
  Transformation,
} from './processing-pipeline.ts';
import { type CachedDocument, knownOrRead, type SourceDocument } from './rule-yaml.ts';

export type ParsedPipelines = {
  readonly pipelines: readonly Pipeline[];
  readonly problems: readonly RuleProblem[];
};

/**
 * Parses processing pipelines from the text of a file. A bad one stops no other. `known`: the
 * cached result of `documentsToKeep` for the same text.
 */
export function parsePipelines(
  file: string,
  yaml: string,
  known?: readonly CachedDocument[] | null,
): ParsedPipelines {
  const { documents, problems } = knownOrRead(file, yaml, known);
  const pipelines: Pipeline[] = [];
  const found: RuleProblem[] = [...problems];
  for (const document of documents) {
    try {
      pipelines.push(pipelineOf(document, file));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const { message: what, cure, path } = error;
      const place = document.placeOf(path);
      found.push({ place, rule: null, severity: 'error', what, cure });
    }
  }
  return { pipelines, problems: found };
}

function pipelineOf(document: SourceDocument, file: string): Pipeline {
  const body = members(document.value, [], 'the pipeline');
  const priority = body['priority'] ?? 0;
  if (typeof priority !== 'number') {
    throw new RuleError(
      ['priority'],
      'the priority is not a number',
      'give a number; lower numbers apply first',
    );
  }
  const vars = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(members(body['vars'] ?? {}, ['vars'], 'vars'))) {
    vars.set(name, texts(value, ['vars', name], 'a value'));
  }
  const written = body['transformations'] ?? [];
  if (!Array.isArray(written)) {
    throw new RuleError(['transformations'], 'transformations are not a list', 'write a list');
  }
  return {
    name: optionalText(body['name'], ['name'], 'the name') ?? file,
    priority,
    vars,
    items: written.map((item, at) => itemOf(item, ['transformations', at])),
  };
}

function itemOf(value: unknown, path: Path): ProcessingItem {
  const item = members(value, path, 'the transformation');
  return {
    id: optionalText(item['id'], [...path, 'id'], 'the id'),
    transformation: transformationOf(item, path),
    rule: conditionsOf(item, path, 'rule', ruleCondition),
    item: conditionsOf(item, path, 'detection_item', itemCondition),
    field: conditionsOf(item, path, 'field_name', fieldCondition),
    path,
  };
}

function conditionsOf<T>(
  item: Members,
  path: Path,
  what: 'rule' | 'detection_item' | 'field_name',
  read: (condition: Members, path: Path) => T,
): Conditions<T> {
  const name = `${what}_conditions`;
  const short = what === 'rule' ? 'rule' : what === 'field_name' ? 'field_name' : 'detection_item';
  const written = item[name] ?? [];
  if (!Array.isArray(written)) {
    throw new RuleError([...path, name], `"${name}" is not a list`, 'write a list');
  }
  const join = item[`${short}_cond_op`] ?? 'and';
  return {
    of: written.map((each, at) => {
      const place = [...path, name, at];
      return read(members(each, place, 'the condition'), place);
    }),
    join:
      oneOf(join, ['and', 'or'], [...path, `${short}_cond_op`], 'the operator') === 'and'
        ? 'all'
        : 'any',
    negated: item[`${short}_cond_not`] === true ? 'yes' : 'no',
  };
}

function transformationOf(item: Members, path: Path): Transformation {
  const type = text(item['type'], [...path, 'type'], 'the type');
  const at = (name: string): Path => [...path, name];
  const read = READERS.get(type);
  if (read !== undefined) return read(item, at);
  const cure = `use ${[...READERS.keys()].sort().join(', ')}`;
  throw new RuleError(at('type'), `the transformation "${type}" is not known here`, cure);
}

type At = (name: string) => Path;

const READERS: ReadonlyMap<string, (item: Members, at: At) => Transformation> = new Map<
  string,
  (item: Members, at: At) => Transformation
>([
  ['field_name_mapping', (i, at) => ({ type: 'field_name_mapping', mapping: mapping(i, at) })],
  [
    'field_name_prefix_mapping',
    (i, at) => ({ type: 'field_name_prefix_mapping', mapping: mapping(i, at) }),
  ],
  [
    'field_name_prefix',
    (i, at) => ({ type: 'field_name_prefix', prefix: text(i['prefix'], at('prefix'), 'prefix') }),
  ],
  [
    'field_name_suffix',
    (i, at) => ({ type: 'field_name_suffix', suffix: text(i['suffix'], at('suffix'), 'suffix') }),
  ],
  ['drop_detection_item', () => ({ type: 'drop_detection_item' })],
  ['add_condition', addCondition],
  ['change_logsource', (i, at) => ({ type: 'change_logsource', logsource: logsource(i, at) })],
  ['replace_string', replaceString],
  ['map_string', mapString],
  ['set_value', (i, at) => ({ type: 'set_value', value: scalar(i['value'], at('value')) })],
  ['convert_type', convertType],
  ['case', changeCase],
  ['value_placeholders', (i, at) => ({ type: 'value_placeholders', ...chosen(i, at) })],
  ['wildcard_placeholders', (i, at) => ({ type: 'wildcard_placeholders', ...chosen(i, at) })],
  ['rule_failure', (i, at) => ({ type: 'rule_failure', message: messageIn(i, at) })],
  [
    'detection_item_failure',
    (i, at) => ({ type: 'detection_item_failure', message: messageIn(i, at) }),
  ],
  [
    'set_state',
    (i, at) => ({
      type: 'set_state',
      key: text(i['key'], at('key'), 'the key'),
      value: scalar(i['val'] ?? i['value'], at('val')),
    }),
  ],
]);

function mapping(item: Members, at: At): ReadonlyMap<string, readonly string[]> {
  const written = members(item['mapping'], at('mapping'), 'the mapping');
  return new Map(
    Object.entries(written).map(([from, to]) => {
      return [from, someTexts(to, [...at('mapping'), from], 'a field')];
    }),
  );
}

function addCondition(item: Members, at: At): Transformation {
  const written = members(item['conditions'], at('conditions'), 'the conditions');
  const conditions = Object.entries(written).map(([field, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return [field, values.map((one) => scalar(one, [...at('conditions'), field]))] as const;
  });
  return { type: 'add_condition', conditions, negated: item['negated'] === true ? 'yes' : 'no' };
}

function logsource(item: Members, at: At): LogSource {
  const part = (name: string): string | undefined =>
    optionalText(item[name], at(name), `the ${name}`)?.toLowerCase().replaceAll(' ', '_');
  return { category: part('category'), product: part('product'), service: part('service') };
}

function replaceString(item: Members, at: At): Transformation {
  const regex = text(item['regex'], at('regex'), 'the expression');
  const wrong = checkRegex(regex, 0);
  if (wrong !== undefined) throw new RuleError(at('regex'), wrong.what, wrong.cure);
  const { replacement } = item;
  if (typeof replacement !== 'string') {
    throw new RuleError(at('replacement'), 'the replacement is not text', 'give text');
  }
  return { type: 'replace_string', regex, replacement };
}

function mapString(item: Members, at: At): Transformation {
  const written = members(item['mapping'], at('mapping'), 'the mapping');
  const entries = Object.entries(written).map(([from, to]) => {
    const values = Array.isArray(to) ? to : [to];
    return [from, values.map((value) => scalar(value, [...at('mapping'), from]))] as const;
  });
  return { type: 'map_string', mapping: new Map(entries) };
}

function convertType(item: Members, at: At): Transformation {
  const target = oneOf(item['target_type'], ['str', 'num'], at('target_type'), 'the type');
  return { type: 'convert_type', target };
}

function changeCase(item: Members, at: At): Transformation {
  const method = oneOf(item['method'] ?? 'lower', ['lower', 'upper'], at('method'), 'the method');
  return { type: 'case', method };
}

function chosen(
  item: Members,
  at: At,
): { include: readonly string[] | null; exclude: readonly string[] } {
  const include = texts(item['include'], at('include'), 'a placeholder');
  const exclude = texts(item['exclude'], at('exclude'), 'a placeholder');
  return { include: include.length === 0 ? null : include, exclude };
}

function messageIn(item: Members, at: At): string {
  return text(item['message'], at('message'), 'the message');
}

function scalar(value: unknown, path: Path): Scalar {
  if (isScalar(value)) return value;
  throw new RuleError(path, 'the value is neither text nor a number', 'give text or a number');
}

function ruleCondition(item: Members, path: Path): RuleCondition {
  const at = (name: string): Path => [...path, name];
  const type = oneOf(
    item['type'],
    [
      ...(['logsource', 'contains_field', 'contains_detection_item'] as const),
      ...(['processing_item_applied', 'processing_state', 'tag', 'taxonomy'] as const),
    ],
    at('type'),
    'the type',
  );
  switch (type) {
    case 'logsource':
      return { type, logsource: logsource(item, at) };
    case 'contains_field':
      return { type, field: text(item['field'], at('field'), 'the field') };
    case 'contains_detection_item': {
      const field = text(item['field'], at('field'), 'the field');
      return { type, field, value: scalar(item['value'], at('value')) };
    }
    case 'processing_item_applied':
      return { type, id: processingId(item, at) };
    case 'processing_state': {
      const key = text(item['key'], at('key'), 'the key');
      return { type, key, value: scalar(item['val'] ?? item['value'], at('val')) };
    }
    case 'tag':
      return { type, tag: text(item['tag'], at('tag'), 'the tag').toLowerCase() };
    case 'taxonomy':
      return { type, taxonomy: text(item['taxonomy'], at('taxonomy'), 'the taxonomy') };
  }
}

function processingId(item: Members, at: At): string {
  return text(item['processing_item_id'], at('processing_item_id'), 'the id');
}

function itemCondition(item: Members, path: Path): ItemCondition {
  const at = (name: string): Path => [...path, name];
  const types = ['match_string', 'is_null', 'processing_item_applied'] as const;
  const type = oneOf(item['type'], types, at('type'), 'the type');
  if (type === 'is_null') return { type };
  if (type === 'processing_item_applied') return { type, id: processingId(item, at) };
  const pattern = text(item['pattern'], at('pattern'), 'the pattern');
  const wrong = checkRegex(pattern, 0);
  if (wrong !== undefined) throw new RuleError(at('pattern'), wrong.what, wrong.cure);
  const cond = oneOf(item['cond'] ?? 'any', ['any', 'all'], at('cond'), 'the quantity');
  return { type, pattern, cond };
}

function fieldCondition(item: Members, path: Path): FieldCondition {
  const at = (name: string): Path => [...path, name];
  const types = ['include_fields', 'exclude_fields'] as const;
  const type = oneOf(item['type'], types, at('type'), 'the type');
  const match = oneOf(
    item['match_type'] ?? 'plain',
    ['plain', 're'],
    at('match_type'),
    'the match',
  );
  const fields = someTexts(item['fields'], at('fields'), 'a field');
  if (match === 're') {
    for (const field of fields) {
      const wrong = checkRegex(field, 0);
      if (wrong !== undefined) throw new RuleError(at('fields'), wrong.what, wrong.cure);
    }
  }
  return { type, fields, match };
}
