import {
  type Theme,
  teamsHighContrastTheme,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import { useMedia } from '../state/media.ts';
import type { ColorPreference, ColorScheme } from '../state/preferences.tsx';

/** The colors of the three answers, of what needs a person, and of marks in charts. */
export type AnswerColors = {
  readonly yes: string;
  readonly no: string;
  readonly unknown: string;
  readonly person: string;
};

const ANSWERS: Readonly<Record<ColorScheme, AnswerColors>> = {
  light: { yes: '#0e6b2e', no: '#a4262c', unknown: '#5b5487', person: '#8a5300' },
  dark: { yes: '#7fd49a', no: '#ff9d9b', unknown: '#bfb6f0', person: '#f2b661' },
  contrast: { yes: '#3ff23f', no: '#ff8c8c', unknown: '#d0b8ff', person: '#ffd700' },
};

const BASES: Readonly<Record<ColorScheme, Theme>> = {
  light: webLightTheme,
  dark: webDarkTheme,
  contrast: teamsHighContrastTheme,
};

/** Own tokens are CSS variables like those of Fluent UI: `var(--answerYes)`. */
export function themeOf(scheme: ColorScheme): Theme {
  const { yes, no, unknown, person } = ANSWERS[scheme];
  const own = { answerYes: yes, answerNo: no, answerUnknown: unknown, needsPerson: person };
  return { ...BASES[scheme], ...own };
}

/** What the reader chose, or what the system says. */
export function useColorScheme(preference: ColorPreference): ColorScheme {
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const isContrast = useMedia('(forced-colors: active)');
  if (preference !== 'system') return preference;
  if (isContrast) return 'contrast';
  return isDark ? 'dark' : 'light';
}
