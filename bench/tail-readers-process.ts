import { setTimeout as pause } from 'node:timers/promises';

/**
 * Reads streams of a service until its input ends, and prints how many octets each got:
 * `node tail-readers-process.ts URL TOKEN TAILS EVENT_STREAMS`.
 */
const [url = '', token = '', tails = '0', eventStreams = '0'] = process.argv.slice(2);

const ACCEPTED = ['application/x-ndjson', 'text/event-stream'] as const;
const end = new AbortController();

async function read(accept: (typeof ACCEPTED)[number]): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, accept };
  const path = '/api/v1/tail?follow=true&from=latest&kind=decision';
  const response = await fetch(`${url}${path}`, { headers, signal: end.signal });
  if (response.status !== 200 || response.body === null) throw new Error(await response.text());
  let bytes = 0;
  try {
    for await (const piece of response.body) bytes += piece.length;
  } catch (error) {
    if (!end.signal.aborted) throw error;
  }
  return bytes;
}

const counts = [Number(tails), Number(eventStreams)];
const reading = Promise.all(
  ACCEPTED.flatMap((accept, at) => Array.from({ length: counts[at] ?? 0 }, () => read(accept))),
);
process.stdout.write('ready\n');
// What was decided last is still on its way.
process.stdin.resume().once('end', () => void pause(1000).then(() => end.abort()));
process.stdout.write(`${JSON.stringify(await reading)}\n`);
