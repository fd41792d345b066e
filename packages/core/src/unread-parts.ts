/** Contracts 5.1: `signInEventTypes`; without a filter the first alone is given. */
export const SIGN_IN_TYPES = [
  'interactiveUser',
  'nonInteractiveUser',
  'servicePrincipal',
  'managedIdentity',
] as const;
export type SignInType = (typeof SIGN_IN_TYPES)[number];

/**
 * The code with which a collector says what of a source it did not ask for, though all that it
 * asked for came: `types-not-asked` and the names of what was left out.
 */
export function leftOutCode(names: readonly string[]): string {
  return [TYPES, ...names].join(' ');
}

const TYPES = 'types-not-asked';

/** Of a service that gives no sign-ins by type, those of this type alone are read. */
export const INTERACTIVE_ONLY = 'interactive-only';

/** What such a code says was left out; undefined for every other. */
export function leftOutOf(code: string | null): readonly string[] | undefined {
  if (code === null) return undefined;
  if (code === INTERACTIVE_ONLY) return SIGN_IN_TYPES.slice(1);
  const [name, ...names] = code.split(' ');
  if (name !== TYPES) return undefined;
  // Ledgers of an earlier version do not say what it was: it may have been any of them.
  return names.length === 0 ? SIGN_IN_TYPES : names;
}
