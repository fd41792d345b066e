import { ManualClock } from '@countersign/core';
import { cosignatureSigner } from '../notes/cosignature.ts';
import { verifierOf } from '../notes/signature-types.ts';
import { Witness } from '../witness/witness.ts';
import { witnessHttpServer } from '../witness/witness-server.ts';
import { FileWitnessStore } from '../witness/witness-store.ts';
import { testKey } from './memory-log.ts';
import { logSigner } from './witnessed-log.ts';

/** A witness in its own process that dies between persisting and answering. */
const store = new FileWitnessStore(process.argv[2] as string);
const signer = cosignatureSigner('witness.example', testKey('witness'), new ManualClock(0));
const witness = new Witness({
  logs: [verifierOf(logSigner.key)],
  signer,
  store: {
    latest: (origin) => store.latest(origin),
    latestByHash: (hash) => store.latestByHash(hash),
    checkAndSet(update) {
      store.checkAndSet(update);
      process.kill(process.pid, 'SIGKILL');
      return 'set';
    },
  },
});
const server = witnessHttpServer(witness, undefined);
server.listen(0, '127.0.0.1', () => {
  const address = server.address() as { port: number };
  process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
