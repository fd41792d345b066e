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
  /** Of access tokens; the real authority gives 60 to 90 minutes. */
  readonly lifetimeSeconds?: number;
  /** How long devices wait between two questions; the real authority says 5 seconds. */
  readonly devicePollSeconds?: number;
  /** Whom to trust among the company's own services, PEM. */
  readonly partnerCa?: string | undefined;
  readonly onSignIn?: (signIn: SignIn) => void;
};
