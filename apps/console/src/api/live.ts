import { useEffect, useRef, useState } from 'react';
import { client } from './client.ts';

export type LiveKind = 'event' | 'decision' | 'finding';

/** Tabs of one browser share a stream: HTTP/1.1 allows six connections to a host. */
const CHANNEL = 'countersign-live';

type LiveRecord = { readonly kind: LiveKind; readonly index: number };

type Listener = (record: LiveRecord) => void;

const listeners = new Set<Listener>();
let isStarted = false;

/**
 * Counts what arrives while a list shows. The list stays as it is until the reader asks.
 *
 * @returns the count, and a function that sets it back to zero
 */
export function useArrivals(kinds: readonly LiveKind[]): readonly [number, () => void] {
  const [count, setCount] = useState(0);
  const wanted = useRef(kinds);
  wanted.current = kinds;
  useEffect(() => {
    start();
    const listener: Listener = ({ kind }) => {
      if (wanted.current.includes(kind)) setCount((before) => before + 1);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return [count, () => setCount(0)];
}

function start(): void {
  if (isStarted) return;
  isStarted = true;
  const channel = new BroadcastChannel(CHANNEL);
  const hear = (record: LiveRecord): void => {
    for (const listener of listeners) listener(record);
  };
  channel.onmessage = ({ data }: MessageEvent<LiveRecord>) => hear(data);
  // The tab that holds the lock reads the stream. When it closes, another one takes over.
  void navigator.locks.request(CHANNEL, async () => {
    for (;;) {
      await read((record) => {
        hear(record);
        channel.postMessage(record);
      });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  });
}

/** After a stream that ended for good, such as with a session. */
const AGAIN_MS = 15_000;

async function read(tell: (record: LiveRecord) => void): Promise<void> {
  try {
    const question = { from: 'latest', follow: true } as const;
    for await (const record of client.tail(question, { form: 'events' })) {
      const { kind, index } = record;
      if (kind === 'event' || kind === 'decision' || kind === 'finding') tell({ kind, index });
    }
  } catch {
    // The service is away, or no one is signed in: the page itself shows why.
  }
}
