import { useSyncExternalStore } from 'react';

/** The keys that this reader believes, on this device. They are not sent to the service. */
export type PinnedKeys = {
  /** The key of the log, as NAME+KEYID+BASE64. */
  readonly log: string | undefined;
  /** `service`: copied from what the service states, so it proves only that the log stays one. */
  readonly origin: 'reader' | 'service';
  readonly witnesses: readonly string[];
};

const STORAGE_KEY = 'countersign.pinned-keys';
const NONE: PinnedKeys = { log: undefined, origin: 'reader', witnesses: [] };

const listeners = new Set<() => void>();
let known: { readonly text: string; readonly keys: PinnedKeys } | undefined;

export function usePinnedKeys(): readonly [PinnedKeys, (keys: PinnedKeys) => void] {
  const keys = useSyncExternalStore((onChange) => {
    listeners.add(onChange);
    window.addEventListener('storage', onChange);
    return () => {
      listeners.delete(onChange);
      window.removeEventListener('storage', onChange);
    };
  }, read);
  return [keys, write];
}

/** The same object for the same stored text, as React requires. */
function read(): PinnedKeys {
  const text = localStorage.getItem(STORAGE_KEY) ?? '';
  if (known?.text !== text) known = { text, keys: parse(text) };
  return known.keys;
}

function parse(text: string): PinnedKeys {
  try {
    const { log, origin, witnesses } = JSON.parse(text) as Partial<PinnedKeys>;
    return {
      log: typeof log === 'string' && log !== '' ? log : undefined,
      origin: origin === 'service' ? 'service' : 'reader',
      witnesses: Array.isArray(witnesses) ? witnesses.map(String) : [],
    };
  } catch {
    return NONE;
  }
}

function write(keys: PinnedKeys): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(keys));
  for (const listener of listeners) listener();
}
