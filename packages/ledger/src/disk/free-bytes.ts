/**
 * Returns the memory of a large buffer to the system now. The garbage collector would do so after
 * tens of megabytes of such buffers, and each of its runs marks the whole heap. No view of the
 * buffer may be read afterwards.
 */
export function freeBytes({ buffer, length }: Buffer): void {
  // Smaller buffers share the pool of Node.
  if (length > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
