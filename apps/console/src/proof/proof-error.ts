/** A text that is not in its format. The message is for the reader. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}
