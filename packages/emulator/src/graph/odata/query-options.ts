import { type Filter, FilterError } from './filter-syntax.ts';
import { parseFilter } from './parse-filter.ts';

export type QueryOptions = {
  readonly select: readonly string[] | undefined;
  readonly filter: Filter | undefined;
  readonly top: number | undefined;
  readonly isCounted: boolean;
  readonly expand: readonly string[];
  readonly orderBy: string | undefined;
  readonly skipToken: string | undefined;
  readonly deltaToken: string | undefined;
};

const KNOWN: readonly string[] = [
  '$select',
  '$filter',
  '$top',
  '$count',
  '$expand',
  '$orderby',
  '$skiptoken',
  '$deltatoken',
  '$format',
];

/** Parses the system query options, whose names are case-insensitive. Throws FilterError. */
export function queryOptions(query: URLSearchParams): QueryOptions {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('$')) continue;
    if (!KNOWN.includes(lower))
      throw new FilterError(`The query option '${name}' is not supported here.`);
    if (given.has(lower)) throw new FilterError(`The query option '${name}' is given twice.`);
    given.set(lower, value);
  }
  const filter = given.get('$filter');
  return {
    select: namesOf(given.get('$select')),
    filter: filter === undefined ? undefined : parseFilter(filter),
    top: topOf(given.get('$top')),
    isCounted: given.get('$count') === 'true',
    expand: namesOf(given.get('$expand')) ?? [],
    orderBy: given.get('$orderby'),
    skipToken: given.get('$skiptoken'),
    deltaToken: given.get('$deltatoken'),
  };
}

function namesOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  // `members($select=id)`: options of expanded objects are ignored.
  return text
    .replaceAll(/\([^)]*\)/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function topOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new FilterError(`Invalid value '${text}' for the query option '$top'.`);
  return Number(text);
}
