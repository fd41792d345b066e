import type { ClientError, Operations, OperationsOf, Reply } from '@countersign/client';
import { useMutation } from '@tanstack/react-query';
import { client } from './client.ts';

type ActReply<Id extends OperationsOf<'document'>> = Reply<NonNullable<Operations[Id]['output']>>;

export type Act<Id extends OperationsOf<'document'>> = {
  readonly run: (input: Operations[Id]['input'], ifMatch?: string) => void;
  /** Forgets the last error and reply. */
  readonly reset: () => void;
  readonly isPending: boolean;
  readonly error: ClientError | null;
  readonly reply: ActReply<Id> | undefined;
};

/**
 * An act of the person who is signed in. The key of a click stays the same over retries, so the
 * act happens once.
 */
export function useAct<Id extends OperationsOf<'document'>>(
  id: Id,
  {
    onDone,
    onError,
  }: {
    readonly onDone?: (reply: ActReply<Id>) => unknown;
    readonly onError?: (error: ClientError) => unknown;
  } = {},
): Act<Id> {
  const { mutate, reset, isPending, error, data } = useMutation<
    ActReply<Id>,
    ClientError,
    { readonly input: Operations[Id]['input']; readonly ifMatch: string | undefined }
  >({
    mutationFn: ({ input, ifMatch }) =>
      client.call(id, input, ifMatch === undefined ? {} : { ifMatch }),
    onSuccess: (reply) => onDone?.(reply),
    onError: (failure) => onError?.(failure),
  });
  const run = (input: Operations[Id]['input'], ifMatch?: string): void => {
    mutate({ input, ifMatch });
  };
  return { run, reset, isPending, error, reply: data };
}
