import { useEffect, useRef, useState } from 'react';
import { useSession } from '../state/session-context.ts';
import { client } from './client.ts';

export type LiveKind = 'event' | 'decision' | 'finding';

/** Tabs of one browser share a stream: HTTP/1.1 allows six connections to a host. */
const CHANNEL = 'countersign-live';

/**
 * - `arrived`  a record
 * - `resumed`  the stream runs again: what it did not deliver meanwhile has to be read
 * - `cut`      the stream ended: what arrived since then is unknown
 * - `joined`   a tab opened, which has to learn whether the stream runs
 */
type LiveMessage =
  | {
      readonly what: 'arrived';
      readonly kind: LiveKind;
      /** Of the finding that is new or changed. */
      readonly uid?: string | undefined;
    }
  | { readonly what: 'resumed' }
  | { readonly what: 'cut' }
  | { readonly what: 'joined' };

type Listener = (message: LiveMessage) => void;

const listeners = new Set<Listener>();
let isStarted = false;

export type Arrivals = {
  readonly count: number;
  /** False: the stream was cut since the list was read, so more may have arrived. */
  readonly isCertain: boolean;
  readonly clear: () => void;
};

/** Counts what arrives while a list shows. The list stays as it is until the reader asks. */
export function useArrivals(kinds: readonly LiveKind[]): Arrivals {
  const [count, setCount] = useState(0);
  const [isCertain, setCertain] = useState(true);
  const wanted = useRef(kinds);
  wanted.current = kinds;
  useEffect(() => {
    const listener: Listener = (message) => {
      if (message.what === 'cut') setCertain(false);
      else if (message.what === 'arrived' && wanted.current.includes(message.kind)) {
        setCount((before) => before + 1);
      }
    };
    listeners.add(listener);
    start();
    return () => {
      listeners.delete(listener);
    };
  }, []);
  const clear = (): void => {
    setCount(0);
    setCertain(true);
  };
  return { count, isCertain, clear };
}

/**
 * Tells when someone changed one of these findings, or may have while the stream was cut. Without
 * the right to read the stream, the reader learns of a change with the next question.
 */
export function useFindingChanges(uids: readonly string[], onChange: () => void): void {
  const isAllowed = useSession().scopes.includes('feeds:read');
  const latest = useRef({ uids, onChange });
  latest.current = { uids, onChange };
  useEffect(() => {
    if (!isAllowed) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listener: Listener = (message) => {
      const isOurs =
        message.what === 'arrived' &&
        message.uid !== undefined &&
        latest.current.uids.includes(message.uid);
      if (!isOurs && message.what !== 'resumed') return;
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current.onChange();
      }, SETTLE_MS);
    };
    listeners.add(listener);
    start();
    return () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
  }, [isAllowed]);
}

/** One act can change many findings, each with its own entry. */
const SETTLE_MS = 500;

function start(): void {
  if (isStarted) return;
  isStarted = true;
  const channel = new BroadcastChannel(CHANNEL);
  let isCut = false;
  let isReader = false;
  const hear = (message: LiveMessage): void => {
    for (const listener of listeners) listener(message);
  };
  const tell = (message: LiveMessage): void => {
    hear(message);
    channel.postMessage(message);
  };
  channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    if (data.what === 'joined') {
      if (isReader && isCut) channel.postMessage({ what: 'cut' } satisfies LiveMessage);
    } else hear(data);
  };
  channel.postMessage({ what: 'joined' } satisfies LiveMessage);
  // The tab that holds the lock reads the stream. When it closes, another one takes over.
  void navigator.locks.request(CHANNEL, async () => {
    isReader = true;
    for (;;) {
      await read(({ kind, body }) => {
        if (isCut) tell({ what: 'resumed' });
        isCut = false;
        if (kind !== 'event' && kind !== 'decision' && kind !== 'finding') return;
        tell({ what: 'arrived', kind, uid: kind === 'finding' ? uidOf(body) : undefined });
      });
      isCut = true;
      tell({ what: 'cut' });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  });
}

/** After a stream that was cut, such as with a session. */
const AGAIN_MS = 15_000;

/** More cuts in a row are an outage, which the reader has to see. */
const CUTS = 2;

/** Resolves when the stream is cut for longer than a restart of a connection. */
async function read(arrived: (record: LiveRecord) => void): Promise<void> {
  try {
    const question = { from: 'latest', follow: true } as const;
    for await (const record of client.tail(question, { form: 'events', cuts: CUTS })) {
      arrived(record);
    }
  } catch {
    // The caller says that the stream was cut. The page itself shows why questions fail.
  }
}

/** A record of the stream, or a mark, which has no body. */
type LiveRecord = { readonly kind: string; readonly body?: unknown };

function uidOf(body: unknown): string | undefined {
  const { finding_info: info } = (body ?? {}) as { readonly finding_info?: { uid?: unknown } };
  return typeof info?.uid === 'string' ? info.uid : undefined;
}
