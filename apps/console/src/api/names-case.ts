import { useSyncExternalStore } from 'react';

/** Why the reader of this tab looks at people. The ledger records it with each look. */
export type NamesCase = {
  readonly purpose: string;
  readonly name: string;
  /** False: the role shows pseudonyms, whatever the case. */
  readonly showsNames: boolean;
};

/** Gone when the tab closes: the next look is another case, or states it again. */
const STORAGE_KEY = 'countersign.case';

/** Questions about people. Others stay under pseudonyms, and leave no entry of a look. */
const PEOPLE_PATHS: ReadonlySet<string> = new Set([
  ...['people', 'statements', 'search', 'decisions', 'passes', 'apps', 'events'],
  ...['findings', 'incidents', 'brief', 'eviction', 'entries', 'evidence'],
]);

const listeners = new Set<() => void>();
let current: NamesCase | undefined = read();

/** The case of this tab; undefined: names are pseudonyms. */
export function useNamesCase(): NamesCase | undefined {
  return useSyncExternalStore(listen, () => current);
}

/** Undefined ends the case. */
export function setNamesCase(next: NamesCase | undefined): void {
  current = next;
  try {
    if (next === undefined) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  } catch {
    // Storage is blocked: the case holds until the page is loaded again.
  }
  for (const listener of listeners) listener();
}

/** `fetch` that states the case with questions about people. */
export const fetchWithCase: typeof fetch = (input, init) => {
  const path = typeof input === 'string' ? new URL(input).pathname : '';
  const [, , , first = ''] = path.split('/');
  if (current?.showsNames !== true || !PEOPLE_PATHS.has(first)) return fetch(input, init);
  const headers = new Headers(init?.headers);
  headers.set('countersign-purpose', encodeURIComponent(current.purpose));
  headers.set('countersign-case', encodeURIComponent(current.name));
  return fetch(input, { ...init, headers });
};

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function read(): NamesCase | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<NamesCase>;
    const { purpose, name, showsNames = false } = kept;
    return purpose && name ? { purpose, name, showsNames } : undefined;
  } catch {
    return undefined;
  }
}
