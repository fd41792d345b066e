/** What stands behind one sign-in. */
export type Standing = 'yes' | 'no' | 'unknown';

/**
 * What decisions, passes, checks and the register say. Where no policy is connected there is
 * nothing behind any sign-in, and every answer stays "cannot tell".
 */
export interface Authorisations {
  /** By ledger index of the sign-in's event; a sign-in that is not named was not looked at. */
  standings(): AsyncIterable<{ readonly index: number; readonly standing: Standing }>;
  /** Object ids and application ids of registered workload identities; undefined: no register. */
  registered(): Promise<readonly string[] | undefined>;
}

/** Of a data folder in which nobody has said what is allowed. */
export const NO_AUTHORISATIONS: Authorisations = {
  async *standings() {},
  registered: async () => undefined,
};
