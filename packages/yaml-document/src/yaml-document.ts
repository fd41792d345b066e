import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type DocumentProblem, invalidConfig } from './errors.ts';

/** Nested lists and maps on one line. Ours are four deep; an attack has thousands. */
const FLOW_DEPTH_MAX = 32;

export type Path = readonly PropertyKey[];

/** A YAML text as a plain value, with the position of every part. */
export type YamlDocument = {
  readonly file: string;
  readonly value: unknown;
  /** A problem at the value, or at its parent if the value is missing. */
  problemAt(path: Path, what: string): DocumentProblem;
  /** A problem at a name in the map at `path`. */
  problemOfKey(path: Path, key: string, what: string): DocumentProblem;
};

/**
 * Reads one YAML 1.2 document. Anchors, aliases and tags are refused: a configuration needs none,
 * and ten lines of aliases can expand to gigabytes ("billion laughs").
 * @throws DocumentError CONFIG_INVALID
 */
export function readYaml(file: string, text: string): YamlDocument {
  const lines = new LineCounter();
  const place = (offset: number, path: string, what: string): DocumentProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), path, what };
  };
  const deepAt = tooDeepAt(text);
  if (deepAt !== undefined) {
    const what = `lists and maps are nested over ${FLOW_DEPTH_MAX} levels deep: nest them less`;
    throw invalidConfig([{ file, ...lineAndColumn(text, deepAt), path: '', what }]);
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
  });
  if (document.errors.length > 0) {
    throw invalidConfig(syntaxErrors(document.errors).map((e) => place(...e)));
  }
  // The parser warns only about tags outside the core schema (YAML 1.2.2 section 10.3).
  const refused = document.warnings.map(({ pos }) =>
    place(pos[0], '', 'a tag of this kind is not allowed: remove it'),
  );
  visit(document, {
    Node: (_, node) => {
      const what = refusal(node);
      if (what !== undefined) refused.push(place(node.range?.[0] ?? 0, '', what));
    },
  });
  if (refused.length > 0) throw invalidConfig(refused);
  const root = document.contents;
  return {
    file,
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    problemAt: (path, what) => place(offsetAt(root, path), pathText(path), what),
    problemOfKey: (path, key, what) => {
      const pair = pairOf(nodeAt(root, path), key);
      const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      return place(offset ?? offsetAt(root, path), pathText([...path, key]), what);
    },
  };
}

/** `tenants[0].credentials.clientId` */
function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

type Contents = Node | null;

function refusal(node: Node): string | undefined {
  if (isAlias(node)) return `an alias (*${node.source}) is not allowed: write the value`;
  if ('anchor' in node && node.anchor !== undefined) {
    return `an anchor (&${node.anchor}) is not allowed: write the value where it is needed`;
  }
  return undefined;
}

/**
 * One syntax error often causes more errors. Reports only the first at each position, and the first
 * about exhausted resources.
 */
function syntaxErrors(errors: readonly YAMLError[]): [number, string, string][] {
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (exhausted !== undefined) {
    return [[exhausted.pos[0], '', 'lists and maps are nested too deep: nest them less']];
  }
  const byPlace = new Map(errors.toReversed().map((error) => [error.pos[0], error]));
  return [...byPlace.values()].map(({ code, message, pos }) => [pos[0], '', cured(code, message)]);
}

const CURES: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'a tab at the beginning of a line: indent with spaces'],
  ['DUPLICATE_KEY', 'this name is in the map twice: keep one of them'],
  ['MULTIPLE_DOCS', 'a second document begins here: put everything into one, without ---'],
  ['MISSING_CHAR', 'a quotation mark or bracket before this place is not closed: close it'],
  ['BAD_INDENT', 'the indentation is wrong: align it with the lines above'],
  ['MULTILINE_IMPLICIT_KEY', 'a name and its colon must be on one line: look for a missing colon'],
]);

function cured(code: string, message: string): string {
  return CURES.get(code) ?? `not YAML: ${message}`;
}

function nodeAt(root: Contents, path: Path): Contents {
  let node: unknown = root;
  for (const step of path) {
    if (isMap(node)) node = pairOf(node, String(step))?.value;
    else if (isSeq(node)) node = node.items[Number(step)];
    else return null;
  }
  return (node ?? null) as Contents;
}

/** A missing value is reported at its parent. */
function offsetAt(root: Contents, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const offset = nodeAt(root, path.slice(0, length))?.range?.[0];
    if (offset !== undefined) return offset;
  }
  return 0;
}

function pairOf(node: unknown, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/**
 * Runs before the parser, which needs seconds for thousands of open brackets. Also counts brackets
 * in quotes and comments; no real configuration reaches the limit.
 */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth = Math.max(0, depth - 1);
    if (depth > FLOW_DEPTH_MAX) return at;
  }
  return undefined;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
