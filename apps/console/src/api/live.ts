import { useEffect, useRef, useState } from 'react';
import { client } from './client.ts';

export type LiveKind = 'event' | 'decision' | 'finding';

/** Tabs of one browser share a stream: HTTP/1.1 allows six connections to a host. */
const CHANNEL = 'countersign-live';

/**
 * - `arrived`  a record
 * - `cut`      the stream ended: what arrived since then is unknown
 * - `joined`   a tab opened, which has to learn whether the stream runs
 */
type LiveMessage =
  | { readonly what: 'arrived'; readonly kind: LiveKind }
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
      isCut = false;
      await read((kind) => tell({ what: 'arrived', kind }));
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
async function read(arrived: (kind: LiveKind) => void): Promise<void> {
  try {
    const question = { from: 'latest', follow: true } as const;
    for await (const { kind } of client.tail(question, { form: 'events', cuts: CUTS })) {
      if (kind === 'event' || kind === 'decision' || kind === 'finding') arrived(kind);
    }
  } catch {
    // The caller says that the stream was cut. The page itself shows why questions fail.
  }
}
