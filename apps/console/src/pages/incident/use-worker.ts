import type { ClientError } from '@countersign/client';
import { useRef, useState } from 'react';
import { useAct } from '../../api/act.ts';
import { useFindingChanges } from '../../api/live.ts';
import type { WorkChange, WorkItem } from './incident-types.ts';

/** A finding or an incident as this reader sees it. */
export type WorkState = {
  readonly etag: string | undefined;
  /** The latest last. */
  readonly work: readonly WorkItem[];
};

/** What changes a finding or an incident, as the page offers it. */
export type Worker = {
  readonly change: (change: WorkChange) => void;
  /** A form opens. What it saves is about what the person sees now, not about what comes later. */
  readonly begin: () => void;
  /** The form closes. */
  readonly end: () => void;
  readonly isPending: boolean;
  /** Counts the changes that were done, so that a dialog closes. */
  readonly done: number;
  readonly error: ClientError | null;
  /** What others did meanwhile, if a change was refused for it. */
  readonly news: readonly WorkItem[];
};

/**
 * Changes what the reader has seen. What others change shows on the open page; a change that they
 * overtook is refused, and repeated only after the reader has seen theirs.
 *
 * @param uids the findings whose changes show
 * @param refetch reads the state again
 */
export function useWorker(
  operation: 'findingsMark' | 'findingsMarkIncident',
  of: { readonly id: string; readonly uids: readonly string[]; readonly state: WorkState },
  refetch: () => Promise<WorkState | undefined>,
): Worker {
  const { id, uids, state } = of;
  const [done, setDone] = useState(0);
  const [news, setNews] = useState<readonly WorkItem[]>([]);
  const seen = useRef<WorkState>(undefined);
  const act = useAct(operation, {
    onDone: async () => {
      await refetch();
      seen.current = undefined;
      setNews([]);
      setDone((count) => count + 1);
    },
    onError: async ({ code }) => {
      if (code !== 'changed') return;
      const before = seen.current ?? state;
      const now = await refetch();
      if (now === undefined) return;
      setNews(now.work.slice(before.work.length));
      if (seen.current !== undefined) seen.current = now;
    },
  });
  useFindingChanges(uids, () => void refetch());
  const begin = (): void => {
    seen.current = state;
    setNews([]);
    act.reset();
  };
  const end = (): void => {
    seen.current = undefined;
  };
  const change = (members: WorkChange): void =>
    act.run({ id, ...members }, (seen.current ?? state).etag);
  return { change, begin, end, isPending: act.isPending, done, error: act.error, news };
}
