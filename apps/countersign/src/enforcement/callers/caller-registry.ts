import { createHash } from 'node:crypto';

/** By what a caller proves who it is. */
export type Proof =
  /** SHA-256 of a bearer token, in hex: whoever reads it cannot ask with it. */
  | { readonly kind: 'bearer'; readonly sha256: string }
  /** SHA-256 of a client certificate in DER, in hex. */
  | { readonly kind: 'certificate'; readonly sha256: string };

/** What a request shows of its sender. */
export type PresentedCredentials = {
  readonly authorization: string | undefined;
  /** The client certificate that TLS verified, in DER; undefined where it verified none. */
  readonly certificate: Uint8Array | undefined;
};

/** Everybody whom an enforcement point answers. */
export class CallerRegistry<C> {
  readonly #byProof = new Map<string, C>();

  add(proof: Proof, caller: C): void {
    this.#byProof.set(keyOf(proof.kind, proof.sha256.toLowerCase()), caller);
  }

  /**
   * Undefined for a stranger. The table is asked by digest, so the time that it takes tells
   * nothing of a token. A certificate counts before a token: TLS has proved it.
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

/** RFC 6750, 2.1; the scheme is named in any case. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1];
}

function keyOf(kind: Proof['kind'], digest: string): string {
  return `${kind} ${digest}`;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
