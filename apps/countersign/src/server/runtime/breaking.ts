/** A permanent failure of one part stops all others. */
export async function breaking(broken: AbortController, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    broken.abort(error);
    throw error;
  }
}

/** Resolves once it is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
