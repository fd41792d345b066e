import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@countersign/core';
import { nodeFiles } from '../disk/disk.ts';
import { type Frame, viewFrame } from '../journal/journal-frame.ts';
import { Integrator } from './integrator.ts';
import {
  failureOf,
  type IntegratorReply,
  type IntegratorRequest,
  type IntegratorSetup,
} from './integrator-thread.ts';

const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const reply = (message: IntegratorReply): void => port.postMessage(message);
const { dir, size } = workerData as IntegratorSetup;

try {
  const integrator = await Integrator.open(nodeFiles, dir, size);
  const done = (): void => reply({ kind: 'done', size: integrator.size, root: integrator.root() });
  // One request at a time: the next one follows the reply.
  port.on('message', (request: IntegratorRequest) => {
    perform(integrator, request).then(done, failed);
  });
  done();
} catch (error) {
  failed(error);
}

async function perform(integrator: Integrator, request: IntegratorRequest): Promise<void> {
  switch (request.kind) {
    case 'integrate':
      return integrator.integrate(request.frames.map(frameOf));
    case 'remove-partials':
      return integrator.removeStalePartials();
    case 'rewrite-without':
      return integrator.rewriteWithout(request.erase);
    case 'close':
      return integrator.close();
  }
}

function frameOf(bytes: Uint8Array): Frame {
  const { buffer, byteOffset, length } = bytes;
  const frame = viewFrame(Buffer.from(buffer, byteOffset, length), 0);
  assert(frame?.bytes.length === length, 'each message holds whole frames');
  return frame;
}

function failed(error: unknown): void {
  reply({ kind: 'failed', failure: failureOf(error) });
}
