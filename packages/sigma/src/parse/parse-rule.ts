import {
  type Filter,
  LEVELS,
  type LogSource,
  type Rule,
  type RuleDocument,
  type RuleMeta,
} from '../rule-document.ts';
import { RuleError, type RuleProblem } from '../rule-problem.ts';
import {
  isMembers,
  type Members,
  members,
  optionalText,
  someTexts,
  text,
  texts,
} from './checked-members.ts';
import { parseCorrelation } from './parse-correlation.ts';
import { parseDetections } from './parse-detection.ts';
import { type CachedDocument, knownOrRead, type SourceDocument } from './rule-yaml.ts';

export type ParsedRules = {
  readonly rules: readonly RuleDocument[];
  readonly problems: readonly RuleProblem[];
};

/**
 * Parses rules, correlations and filters from the text of a file. A bad one stops no other.
 * `known`: the cached result of `documentsToKeep` for the same text.
 */
export function parseRules(
  file: string,
  yaml: string,
  known?: readonly CachedDocument[] | null,
): ParsedRules {
  const { documents, problems } = knownOrRead(file, yaml, known);
  const rules: RuleDocument[] = [];
  const found: RuleProblem[] = [...problems];
  for (const document of documents) {
    try {
      rules.push(parseDocument(document));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      found.push(problemOf(error, document));
    }
  }
  return { rules, problems: found };
}

function problemOf({ message, cure, path }: RuleError, document: SourceDocument): RuleProblem {
  const { value } = document;
  const stated = isMembers(value) ? (value['title'] ?? value['id']) : undefined;
  const rule = typeof stated === 'string' ? stated : null;
  return { place: document.placeOf(path), rule, severity: 'error', what: message, cure };
}

const META: ReadonlySet<string> = new Set([
  ...['title', 'id', 'name', 'related', 'taxonomy', 'status', 'description', 'license', 'author'],
  ...['references', 'date', 'modified', 'logsource', 'detection', 'fields', 'falsepositives'],
  ...['level', 'tags', 'scope', 'correlation', 'filter', 'generate'],
]);

/** The Sigma specification: a title has at most 256 characters. */
const TITLE_CHARACTERS_MAX = 256;

function parseDocument(document: SourceDocument): RuleDocument {
  const body = members(document.value, [], 'the document');
  if (body['action'] !== undefined) {
    const what = 'an "action" joins documents as Sigma 1 did';
    throw new RuleError(['action'], what, 'write each rule as a whole document');
  }
  const meta = metaOf(body, document);
  const kinds = ['detection', 'correlation', 'filter'].filter((kind) => body[kind] !== undefined);
  if (kinds.length !== 1) {
    const cure = 'a rule has "detection", a correlation "correlation", a filter "filter"';
    throw new RuleError([], `the document is ${kinds.join(' and ') || 'no rule'}`, cure);
  }
  if (body['correlation'] !== undefined) return parseCorrelation(body, meta);
  return body['filter'] === undefined ? ruleOf(body, meta) : filterOf(body, meta);
}

function metaOf(body: Members, { placeOf }: SourceDocument): RuleMeta {
  const title = text(body['title'], ['title'], 'the title');
  if (title.length > TITLE_CHARACTERS_MAX) {
    const what = `the title is longer than ${TITLE_CHARACTERS_MAX} characters`;
    throw new RuleError(['title'], what, 'put the rest into the description');
  }
  const level = optionalText(body['level'], ['level'], 'the level')?.toLowerCase() ?? null;
  const known = LEVELS.find((one) => one === level) ?? null;
  if (level !== null && known === null) {
    throw new RuleError(['level'], `"${level}" is not a level`, `use ${LEVELS.join(', ')}`);
  }
  return {
    title,
    id: optionalText(body['id'], ['id'], 'the id')?.toLowerCase() ?? null,
    name: optionalText(body['name'], ['name'], 'the name'),
    status: optionalText(body['status'], ['status'], 'the status'),
    description: optionalText(body['description'], ['description'], 'the description'),
    author: optionalText(body['author'], ['author'], 'the author'),
    date: optionalText(body['date'], ['date'], 'the date'),
    modified: optionalText(body['modified'], ['modified'], 'the date of change'),
    references: texts(body['references'], ['references'], 'a reference'),
    tags: texts(body['tags'], ['tags'], 'a tag').map((tag) => tag.toLowerCase()),
    falsepositives: texts(body['falsepositives'], ['falsepositives'], 'a false positive'),
    level: known,
    taxonomy: optionalText(body['taxonomy'], ['taxonomy'], 'the taxonomy') ?? 'sigma',
    custom: Object.fromEntries(Object.entries(body).filter(([name]) => !META.has(name))),
    place: placeOf([]),
    placeOf,
  };
}

function ruleOf(body: Members, meta: RuleMeta): Rule {
  const detection = members(body['detection'], ['detection'], 'the detection');
  const path = ['detection', 'condition'];
  return {
    ...meta,
    kind: 'rule',
    logsource: logSourceOf(body['logsource']),
    detections: parseDetections(detection, ['detection']),
    conditions: someTexts(detection['condition'], path, 'the condition'),
    fields: texts(body['fields'], ['fields'], 'a field'),
  };
}

/** Lower case, spaces as `_` (Sigma 2.1.0, "Log Source"). */
function logSourceOf(value: unknown): LogSource {
  const written = members(value, ['logsource'], 'the log source');
  const part = (name: string): string | undefined =>
    optionalText(written[name], ['logsource', name], `the ${name}`)
      ?.toLowerCase()
      .replaceAll(' ', '_');
  const found = { category: part('category'), product: part('product'), service: part('service') };
  if (Object.values(found).some((stated) => stated !== undefined)) return found;
  const cure = 'state the origin of the events: category, product or service';
  throw new RuleError(['logsource'], 'the log source is empty', cure);
}

const OF_FILTER: ReadonlySet<string> = new Set(['rules', 'condition', 'polarity', 'timeframe']);

function filterOf(body: Members, meta: RuleMeta): Filter {
  const section = members(body['filter'], ['filter'], 'the filter');
  const at = (name: string): readonly string[] => ['filter', name];
  const conditions = someTexts(section['condition'], at('condition'), 'the condition');
  const rules = texts(section['rules'], at('rules'), 'a rule');
  const isAny = rules.length === 0 || (rules.length === 1 && rules[0] === 'any');
  return {
    ...meta,
    kind: 'filter',
    logsource: logSourceOf(body['logsource']),
    rules: isAny ? null : rules,
    detections: parseDetections(section, ['filter'], OF_FILTER),
    conditions,
    polarity: polarityOf(section['polarity'], conditions),
  };
}

/**
 * Tools write a filter's condition both ways: `selection` (the published example) and `not
 * selection`. Both suppress the selection. If the form is ambiguous, our own member `polarity`
 * decides.
 */
function polarityOf(value: unknown, conditions: readonly string[]): Filter['polarity'] {
  const stated = optionalText(value, ['filter', 'polarity'], 'the polarity');
  if (stated === 'suppress' || stated === 'keep') return stated;
  if (stated !== null) {
    const cure = 'use suppress, or keep';
    throw new RuleError(['filter', 'polarity'], `"${stated}" is not a polarity`, cure);
  }
  return conditions.every((condition) => /^\s*not\b/i.test(condition)) ? 'keep' : 'suppress';
}
