import type { ClientError, Operations, OperationsOf, Page, Reply } from '@countersign/client';
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { client } from './client.ts';

type Options = {
  /** False: do not ask yet. */
  readonly enabled?: boolean;
  /** Asks again after this long. Default: only when something new arrives, or on request. */
  readonly everyMs?: number;
};

/**
 * Asks a question with one document as its answer.
 *
 * @example
 * const brief = useAnswer('brief', { incident: id });
 * return <QueryView query={brief}>{({ answer, result }) => …}</QueryView>;
 */
export function useAnswer<Id extends OperationsOf<'document'>>(
  id: Id,
  input: Operations[Id]['input'],
  { enabled = true, everyMs }: Options = {},
): UseQueryResult<Reply<NonNullable<Operations[Id]['output']>>, ClientError> {
  return useQuery({
    queryKey: [id, input],
    queryFn: ({ signal }) => client.call(id, input, { signal }),
    enabled,
    placeholderData: keepPreviousData,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
}

export type Items<Item> = UseInfiniteQueryResult<InfiniteData<Page<Item>>, ClientError>;

/** Reads a list page by page. The service filters, so a filter covers the whole range. */
export function useItems<Id extends OperationsOf<'list'>>(
  id: Id,
  input: Operations[Id]['input'],
  { enabled = true, everyMs }: Options = {},
): Items<Operations[Id]['output']> {
  return useInfiniteQuery({
    queryKey: [id, input],
    queryFn: ({ signal, pageParam }) => client.page(id, input, { signal, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled,
    placeholderData: keepPreviousData,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
}
