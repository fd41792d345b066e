import { isCertificateCode } from '@countersign/m365';
import { SinkError } from './sink.ts';

/** Turns an error of a socket into one that says what to do. `place` is host and port. */
export function connectionError(error: unknown, place: string): SinkError {
  if (error instanceof SinkError) return error;
  const code = codeOf(error);
  if (isCertificateCode(code)) {
    // Not MISCONFIGURED: the feed goes on by itself when the receiver renews its certificate.
    const cure = 'check the host, or name its authority in authorityFile';
    const message = `refused to talk to ${place}: its certificate is not valid (${code}); ${cure}`;
    return new SinkError('UNAVAILABLE', message, { cause: error });
  }
  const message = `could not reach ${place} (${code}): check the network and the receiver`;
  return new SinkError('UNAVAILABLE', message, { cause: error });
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'no reason given';
}
