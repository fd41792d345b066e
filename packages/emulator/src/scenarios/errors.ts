export type ScenarioErrorCode = 'not-found' | 'not-readable' | 'wrong';

/** A scenario file that cannot be run: says where and what to write instead. */
export class ScenarioError extends Error {
  readonly code: ScenarioErrorCode;

  constructor(code: ScenarioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ScenarioError';
    this.code = code;
  }
}
