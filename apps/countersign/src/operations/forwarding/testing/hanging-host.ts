import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { ForwardingServer } from '../forwarding-server.ts';

/** A host that begins each command, says so, and never ends. */
const [socketFile = ''] = process.argv.slice(2);

await ForwardingServer.open({
  socketFile,
  clock: systemClock,
  random: { fill: (into) => randomFillSync(into) },
  perform: async (_, hooks) => {
    await hooks.begin();
    process.stdout.write('began\n');
    await sleep(2 ** 30);
  },
});
process.stdout.write('serving\n');
