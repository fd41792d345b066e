export type ScenarioErrorCode = 'not-found' | 'not-readable' | 'wrong';

/** An invalid scenario file: the place, and what to write instead. */
export class ScenarioError extends Error {
  readonly code: ScenarioErrorCode;

  constructor(code: ScenarioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ScenarioError';
    this.code = code;
  }
}
