import { useNavigate } from '@tanstack/react-router';
import { useKeys } from '../kit/keyboard/keyboard.tsx';
import { texts } from '../texts/en.ts';
import { PAGES } from './pages.ts';

/** `g` and a letter goes to a page. */
export function useNavigationKeys(): void {
  const navigate = useNavigate();
  const go = PAGES.flatMap(({ path, nav }) =>
    nav === undefined
      ? []
      : [
          {
            keys: `g ${nav.key}`,
            label: texts.keys.goTo(nav.label),
            run: () => void navigate({ to: path }),
          },
        ],
  );
  useKeys(texts.keys.pages, go);
}
