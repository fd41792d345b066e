/** The path of each API below the identifier of the decision point (AuthZEN 1.0, 9.1). */
export const PATHS = {
  access_evaluation_endpoint: '/access/v1/evaluation',
  access_evaluations_endpoint: '/access/v1/evaluations',
  search_subject_endpoint: '/access/v1/search/subject',
  search_resource_endpoint: '/access/v1/search/resource',
  search_action_endpoint: '/access/v1/search/action',
} as const;

const WELL_KNOWN = '/.well-known/authzen-configuration';

/**
 * The path of a decision point's metadata: the well-known path, then the identifier's path (9.2).
 */
export function metadataPath(identifier: string): string {
  const { pathname } = new URL(identifier);
  return WELL_KNOWN + pathname.replace(/\/+$/, '');
}

/** `identifier`: an https URL without query and fragment, which the configuration has checked. */
export function metadataOf(identifier: string): Readonly<Record<string, string>> {
  const base = identifier.replace(/\/+$/, '');
  const endpoints = Object.entries(PATHS).map(([name, path]) => [name, base + path]);
  return { policy_decision_point: identifier, ...Object.fromEntries(endpoints) };
}
