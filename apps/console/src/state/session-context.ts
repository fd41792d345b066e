import { createContext, use } from 'react';

/** Who is signed in, as `/sign-in/session` says. */
export type Session = {
  readonly who: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly endsMs: number;
  /** How this person proves again who they are, before a grave act. */
  readonly stepUp?: 'passkey' | 'provider';
};

export const SessionContext: React.Context<Session | undefined> = createContext<
  Session | undefined
>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('no SessionProvider around this component');
  return session;
}
