import { createContext, type ReactNode, use, useMemo, useState } from 'react';

export type ColorScheme = 'light' | 'dark' | 'contrast';
export type ColorPreference = 'system' | ColorScheme;
export type TimeZonePreference = 'utc' | 'local';

type Preferences = {
  readonly colors: ColorPreference;
  readonly timeZone: TimeZonePreference;
  readonly setColors: (colors: ColorPreference) => void;
  readonly setTimeZone: (timeZone: TimeZonePreference) => void;
};

const STORAGE_KEY = 'countersign.preferences';

const Context = createContext<Preferences | undefined>(undefined);

/** What the reader prefers on this device. It is not sent to the service. */
export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [kept, setKept] = useState(read);
  const value = useMemo(() => {
    const set = (change: Partial<typeof kept>): void => {
      const next = { ...kept, ...change };
      setKept(next);
      write(next);
    };
    return {
      ...kept,
      setColors: (colors: ColorPreference) => set({ colors }),
      setTimeZone: (timeZone: TimeZonePreference) => set({ timeZone }),
    };
  }, [kept]);
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Preferences {
  const preferences = use(Context);
  if (preferences === undefined) throw new Error('no PreferencesProvider around this component');
  return preferences;
}

type StoredPreferences = {
  readonly colors: ColorPreference;
  readonly timeZone: TimeZonePreference;
};

function read(): StoredPreferences {
  try {
    const kept = JSON.parse(
      localStorage.getItem(STORAGE_KEY) ?? '{}',
    ) as Partial<StoredPreferences>;
    const colors = (['light', 'dark', 'contrast'] as const).find((each) => each === kept.colors);
    return { colors: colors ?? 'system', timeZone: kept.timeZone === 'local' ? 'local' : 'utc' };
  } catch {
    // A browser that blocks storage, or text of an older version: the defaults are fine.
    return { colors: 'system', timeZone: 'utc' };
  }
}

function write(kept: StoredPreferences): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}
