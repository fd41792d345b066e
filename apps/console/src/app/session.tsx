import { ClientError } from '@countersign/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { type Session, SessionContext } from '../state/session-context.ts';
import { SignInDialog, SignInPage } from './sign-in.tsx';

const SESSION_KEY = ['session'] as const;

/** A session that an administrator ends shows within this. */
const CHECK_MS = 60_000;

/**
 * Shows the sign-in page until a person is signed in. When a session ends later, the page stays as
 * it is under a dialog, so that nothing typed is lost.
 */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const session = useQuery({
    queryKey: SESSION_KEY,
    queryFn: readSession,
    refetchInterval: CHECK_MS,
    refetchOnWindowFocus: 'always',
    retry: 1,
  });
  const [last, setLast] = useState<Session>();
  const hasEnded = useEndedSession();
  useEffect(() => {
    if (session.data) setLast(session.data);
  }, [session.data]);
  const current = session.data ?? last;
  if (current === undefined) {
    if (session.isPending) return null;
    return <SignInPage error={session.error} onDone={() => session.refetch()} />;
  }
  const isOver = session.data === null || hasEnded;
  return (
    <SessionContext value={current}>
      {children}
      <SignInDialog isOpen={isOver} onDone={() => session.refetch()} />
    </SessionContext>
  );
}

/** @returns null: no one is signed in */
async function readSession(): Promise<Session | null> {
  const response = await fetch('/sign-in/session', { headers: { accept: 'application/json' } });
  if (response.status === 401) return null;
  // A service without sign-in has no such path: it asks for a link or a provider.
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The service replied with status ${response.status}.`);
  return (await response.json()) as Session;
}

/** Whether the service refused a question since the last sign-in. */
function useEndedSession(): boolean {
  const queries = useQueryClient();
  const [hasEnded, setEnded] = useState(false);
  useEffect(
    // A refused act also tells: the page may ask nothing while a person types.
    () =>
      queries.getMutationCache().subscribe(({ mutation, type }) => {
        if (type === 'updated' && isSignedOut(mutation.state.error)) setEnded(true);
      }),
    [queries],
  );
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ query, type }) => {
        if (type !== 'updated') return;
        const { error, status } = query.state;
        if (query.queryKey[0] === SESSION_KEY[0]) {
          if (status === 'success' && query.state.data !== null) setEnded(false);
        } else if (status === 'error' && isSignedOut(error)) {
          setEnded(true);
        }
      }),
    [queries],
  );
  return hasEnded;
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && error.status === 401;
}
