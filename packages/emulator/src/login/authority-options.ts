import type { SignIn } from './client-sign-in.ts';
import type { LoginDirectory, Resource } from './login-directory.ts';
import type { TokenMint } from './token-mint.ts';

export type AuthorityOptions = {
  readonly seed: string | number;
  /** Known only once it listens. */
  readonly origin: () => string;
  readonly directory: LoginDirectory;
  readonly resources: readonly Resource[];
  readonly mint: TokenMint;
  readonly now: () => number;
  /** Of access tokens. The real authority uses 60 to 90 minutes. */
  readonly lifetimeSeconds?: number;
  /** Polling interval of devices. The real authority states 5 seconds. */
  readonly devicePollSeconds?: number;
  /** Authorities of the company's own services, PEM. */
  readonly partnerCa?: string | undefined;
  readonly onSignIn?: (signIn: SignIn) => void;
};
