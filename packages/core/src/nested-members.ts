type Members = { readonly [name: string]: unknown };

/** The largest index in a flattened list. Real lists have tens of elements. */
const LIST_INDEX_MAX = 10_000;

/** Levels of a flattened name. The deepest real name (items of a folder) has seven. */
const LEVELS_MAX = 16;

/** `status.errorCode`, `status/errorCode`, `Actor[0].ID`, `Actor{}.ID`; never `@odata.type`. */
const FLAT_NAME = /^[A-Za-z]\w*(?:[./][\w-]+|\[[\w-]+\]|\{\})+$/;

/** After one of these, an underscore is known to be a separator. `Logon_Type` is one name. */
const FLAT_NAME_WITH_LOW_LINE =
  /^(status|deviceDetail|location|properties|initiatedBy|appAccessContext)_(\w+)$/i;

/** Returns true if at least one name stands for a nested member. */
function hasFlatNames(item: Members): boolean {
  for (const name in item) if (isFlatName(name)) return true;
  return false;
}

export function isFlatName(name: string): boolean {
  if (!mayBeFlat(name)) return false;
  return FLAT_NAME.test(name) || FLAT_NAME_WITH_LOW_LINE.test(name);
}

/**
 * Returns true for a name with a separator. Runs for every member of a record, so it uses no
 * regular expression.
 */
function mayBeFlat(name: string): boolean {
  for (let at = 1; at < name.length; at++) {
    switch (name.charCodeAt(at)) {
      case 0x2e: // .
      case 0x2f: // /
      case 0x5b: // [
      case 0x5f: // _
      case 0x7b: // {
        return true;
      default:
    }
  }
  return false;
}

/**
 * Nests the members that a spreadsheet, a search tool or a script flattened. Returns the item
 * itself if it has no flattened names. A member that is already nested stays, and so do flattened
 * names under it. Lists have no gaps. Empty text is not a member: a table has a cell for every
 * column that any row uses.
 */
export function withNestedMembers(item: Members): Members {
  if (!hasFlatNames(item)) return item;
  const root = new Map<string, unknown>();
  const flat: [string, unknown][] = [];
  for (const [name, value] of Object.entries(item)) {
    if (isFlatName(name)) flat.push([name, value]);
    else root.set(name, value);
  }
  for (const [name, value] of flat) {
    if (isNothing(value)) continue;
    const path = pathOf(name);
    const isReadable = path.length <= LEVELS_MAX && path.every((part) => part !== TOO_FAR);
    if (!isReadable || !place(root, path, value)) root.set(name, value);
  }
  return membersOf(root);
}

const EACH = '{}';
const TOO_FAR = '';

class Node extends Map<string, unknown> {}

function pathOf(name: string): string[] {
  const low = FLAT_NAME_WITH_LOW_LINE.exec(name);
  if (low !== null && !FLAT_NAME.test(name)) return [low[1] as string, low[2] as string];
  return (name.match(/\{\}|[\w-]+/g) ?? []).map((part) =>
    /^\d+$/.test(part) && Number(part) > LIST_INDEX_MAX ? TOO_FAR : part,
  );
}

/** Returns false if a value that is not an object is in the way. */
function place(root: Map<string, unknown>, path: readonly string[], value: unknown): boolean {
  const each = path.lastIndexOf(EACH);
  if (each < 0) return put(root, path, value);
  const parent = path.slice(0, each).map((part) => (part === EACH ? '0' : part));
  const rest = path.slice(each + 1);
  return valuesOf(value)
    .slice(0, LIST_INDEX_MAX)
    .map((one, i) => put(root, [...parent, String(i), ...rest], one))
    .every((isPut) => isPut);
}

function put(root: Map<string, unknown>, path: readonly string[], value: unknown): boolean {
  let node = root;
  for (const part of path.slice(0, -1)) {
    let inner = node.get(part);
    if (isNothing(inner)) {
      inner = new Node();
      node.set(part, inner);
    }
    if (!(inner instanceof Node)) return false;
    node = inner;
  }
  const last = path.at(-1) as string;
  if (!isNothing(node.get(last))) return false;
  node.set(last, value);
  return true;
}

/** A column with all values of a list: a list, or one value per line if a table cell held it. */
function valuesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? value.split('\n') : [value];
}

function membersOf(node: ReadonlyMap<string, unknown>): Members {
  return Object.fromEntries([...node].map(([name, value]) => [name, whole(value)]));
}

function whole(value: unknown): unknown {
  if (!(value instanceof Node)) return value;
  const places = [...value.keys()];
  if (!places.every((name) => /^\d+$/.test(name))) return membersOf(value);
  return places.sort((a, b) => Number(a) - Number(b)).map((name) => whole(value.get(name)));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
