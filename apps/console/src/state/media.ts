import { useSyncExternalStore } from 'react';

/** Below this there is no room for a navigation or a panel beside the page. */
export const NARROW = '(max-width: 720px)';

/** Whether a media query matches, as long as the component shows. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    () => window.matchMedia(query).matches,
  );
}
