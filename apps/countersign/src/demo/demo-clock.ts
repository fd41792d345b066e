import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The time of the company, on loopback, as `emulatorClock` reads it. */
export type DemoClock = {
  readonly url: string;
  close(): Promise<void>;
};

/**
 * @param now virtual milliseconds since 1970
 * @param speed how many times faster than this machine it runs
 */
export async function openDemoClock(now: () => number, speed: () => number): Promise<DemoClock> {
  const server = createServer((_, response) => {
    const said = { emulator: 'countersign', nowMs: Math.floor(now()), speed: speed() };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/emulator/clock`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
