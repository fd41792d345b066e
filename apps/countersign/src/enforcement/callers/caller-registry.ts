import { hash } from 'node:crypto';

/** What proves a caller's identity. */
export type Proof =
  /**
   * SHA-256 of a bearer token, in hex. A reader of the configuration cannot use it to authenticate.
   */
  | { readonly kind: 'bearer'; readonly sha256: string }
  /** SHA-256 of a client certificate in DER, in hex. */
  | { readonly kind: 'certificate'; readonly sha256: string };

/** Credentials in a request. */
export type PresentedCredentials = {
  readonly authorization: string | undefined;
  /** The client certificate that TLS verified, in DER; undefined without one. */
  readonly certificate: Uint8Array | undefined;
};

/** The callers that an enforcement point answers. */
export class CallerRegistry<C> {
  readonly #byProof = new Map<string, C>();

  add(proof: Proof, caller: C): void {
    this.#byProof.set(keyOf(proof.kind, proof.sha256.toLowerCase()), caller);
  }

  /**
   * Finds the caller; undefined for a stranger.
   *
   * The lookup uses a digest, so its time reveals nothing about a token. A certificate takes
   * precedence over a token, because TLS has proved it.
   */
  find({ authorization, certificate }: PresentedCredentials): C | undefined {
    if (certificate !== undefined) {
      const caller = this.#byProof.get(keyOf('certificate', sha256(certificate)));
      if (caller !== undefined) return caller;
    }
    const token = bearerOf(authorization);
    if (token === undefined) return undefined;
    return this.#byProof.get(keyOf('bearer', sha256(token)));
  }
}

/** RFC 6750, 2.1. The scheme is case-insensitive. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1];
}

function keyOf(kind: Proof['kind'], digest: string): string {
  return `${kind} ${digest}`;
}

function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
