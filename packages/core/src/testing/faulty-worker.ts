import { answerRequests } from '../thread/request-thread.ts';
import { startThread } from '../thread/thread-start.ts';

/** What the thread of the tests does. */
export type FaultyRequest =
  | 'echo'
  | 'reject'
  | 'throw later'
  | 'exit'
  | 'hang'
  | 'fill memory'
  | 'never answer';

// A library that a thread uses may end it.
const { exit: endThread } = process;

/** A thread that answers, and fails in every way in which a thread can fail. */
const { port, setup } = startThread<string>();
answerRequests<FaultyRequest, string>(port, (request) => {
  switch (request) {
    case 'echo':
      return setup;
    case 'reject':
      throw Object.assign(new RangeError('too far'), { code: 'OUT' });
    case 'throw later':
      setImmediate(() => {
        throw new Error('a defect');
      });
      return setup;
    case 'exit':
      endThread(0);
      return setup;
    case 'hang':
      for (;;);
    case 'fill memory':
      for (const filled: number[][] = []; ; )
        filled.push(Array.from({ length: 1000 }, (_, n) => n / 7));
    case 'never answer':
      return new Promise(() => {});
  }
});
