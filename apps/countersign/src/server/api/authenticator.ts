import type { Caller } from '../../operators/caller.ts';

/** Proves who sends a request. Nothing in a {@link Caller} comes from a mere claim. */
export type Authenticator = {
  authenticate(request: Request): Authentication | Promise<Authentication>;
  /** Whether the proof still holds: a token may have been revoked during a stream. */
  stillValid(caller: Caller): boolean;
};

export type Authentication =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | {
      readonly kind: 'refused';
      /** The value of `WWW-Authenticate`. */
      readonly challenge: string;
      readonly because: string;
    };
