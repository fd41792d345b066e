import { answerRequests, assert, startThread } from '@countersign/core';
import { nodeFiles } from '../disk/disk.ts';
import { type Frame, viewFrame } from '../journal/journal-frame.ts';
import { Integrator } from './integrator.ts';
import type { IntegratorRequest, IntegratorSetup, IntegratorState } from './integrator-thread.ts';

const { port, setup } = startThread<IntegratorSetup>();
let opened: Promise<Integrator> | undefined;

// One request at a time: the next one follows the reply.
answerRequests<IntegratorRequest, IntegratorState>(port, async (request) => {
  opened ??= Integrator.open(nodeFiles, setup.dir, setup.size);
  const integrator = await opened;
  await perform(integrator, request);
  return { size: integrator.size, root: integrator.root() };
});

async function perform(integrator: Integrator, request: IntegratorRequest): Promise<void> {
  switch (request.kind) {
    case 'open':
      return;
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
