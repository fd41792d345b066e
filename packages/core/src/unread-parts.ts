/** The values of `signInEventTypes`. Without a filter, Graph returns only the first. */
export const SIGN_IN_TYPES = [
  'interactiveUser',
  'nonInteractiveUser',
  'servicePrincipal',
  'managedIdentity',
] as const;
export type SignInType = (typeof SIGN_IN_TYPES)[number];

/**
 * The code of a collector that read everything it asked for, but did not ask for all parts:
 * `types-not-asked` and the names of the parts.
 */
export function leftOutCode(names: readonly string[]): string {
  return [TYPES, ...names].join(' ');
}

const TYPES = 'types-not-asked';

/** The service cannot filter sign-ins by type, so only interactive sign-ins are read. */
export const INTERACTIVE_ONLY = 'interactive-only';

/** The parts that such a code names; undefined for every other code. */
export function leftOutOf(code: string | null): readonly string[] | undefined {
  if (code === null) return undefined;
  if (code === INTERACTIVE_ONLY) return SIGN_IN_TYPES.slice(1);
  const [name, ...names] = code.split(' ');
  if (name !== TYPES) return undefined;
  // Ledgers of an earlier version do not name the types, so each type may be missing.
  return names.length === 0 ? SIGN_IN_TYPES : names;
}
