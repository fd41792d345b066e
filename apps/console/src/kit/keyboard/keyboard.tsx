import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';

export type KeyBinding = {
  /** A key as `KeyboardEvent.key` names it, or two in a row: `j`, `?`, `Enter`, `g i`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
};

export type KeyGroup = { readonly title: string; readonly bindings: readonly KeyBinding[] };

type Registry = {
  readonly groups: readonly KeyGroup[];
  readonly add: (group: KeyGroup) => () => void;
};

const Context = createContext<Registry | undefined>(undefined);

/** The second key of a pair comes within this. */
const PAIR_MS = 1500;

/** Knows the keys of the page and of the views on it, and runs them. */
export function KeyboardProvider({ children }: { readonly children: ReactNode }) {
  const [groups, setGroups] = useState<readonly KeyGroup[]>([]);
  const known = useRef(groups);
  known.current = groups;
  const add = useMemo(
    () => (group: KeyGroup) => {
      setGroups((all) => [...all, group]);
      return () => setGroups((all) => all.filter((each) => each !== group));
    },
    [],
  );
  useEffect(() => {
    let first: { readonly key: string; readonly atMs: number } | undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) return;
      const isPair = first !== undefined && event.timeStamp - first.atMs < PAIR_MS;
      const pair = isPair && first !== undefined ? `${first.key} ${event.key}` : undefined;
      const binding = bindingOf(known.current, pair) ?? bindingOf(known.current, event.key);
      first = binding === undefined ? { key: event.key, atMs: event.timeStamp } : undefined;
      if (binding === undefined) return;
      event.preventDefault();
      binding.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const registry = useMemo(() => ({ groups, add }), [groups, add]);
  return <Context value={registry}>{children}</Context>;
}

/**
 * Binds keys as long as the component shows. Bindings of a later component win.
 *
 * @example
 * useKeys('List', [{ keys: 'j', label: 'Next row', run: next }]);
 */
export function useKeys(title: string, bindings: readonly KeyBinding[]): void {
  const { add } = useRegistry();
  const latest = useRef(bindings);
  latest.current = bindings;
  const shape = bindings.map(({ keys, label }) => `${keys}\n${label}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is read when a key is pressed.
  useEffect(() => {
    const stable = latest.current.map(({ keys, label }) => ({
      keys,
      label,
      run: () => latest.current.find((each) => each.keys === keys)?.run(),
    }));
    return stable.length === 0 ? undefined : add({ title, bindings: stable });
  }, [add, title, shape]);
}

export function useKeyGroups(): readonly KeyGroup[] {
  return useRegistry().groups;
}

function useRegistry(): Registry {
  const registry = use(Context);
  if (registry === undefined) throw new Error('no KeyboardProvider around this component');
  return registry;
}

function bindingOf(groups: readonly KeyGroup[], keys: string | undefined): KeyBinding | undefined {
  if (keys === undefined) return undefined;
  return groups.flatMap(({ bindings }) => bindings).findLast((binding) => binding.keys === keys);
}

/** Keys that a person types into a field, or with which they move in a menu, are not commands. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return (
    target.closest(
      'input, textarea, select, [role="menu"], [role="listbox"], [role="combobox"]',
    ) !== null
  );
}
