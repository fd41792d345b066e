import { answerRequests, startThread, systemRandom } from '@countersign/core';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { encodeBatch } from '../../store/commit/row-batch.ts';
import { RecordWorker } from './record-worker.ts';
import type { Answer, Question, WorkerSetup } from './worker-messages.ts';

/** The thread around a record worker. */
const { port, setup } = startThread<WorkerSetup>();
const { plan: planned, ...rest } = setup;
const plan = planned === null ? undefined : (JSON.parse(planned) as SignalPlan);
const worker = new RecordWorker({ ...rest, plan, random: systemRandom });

/** A merge is asynchronous. Later questions wait, so that a flush finds its rows. */
let turn: Promise<unknown> = Promise.resolve();
let failure: { readonly error: unknown } | undefined;

answerRequests<Question, Answer>(port, takeTurn, transferOf);

/** After a failure some rows are missing, so no later question may be answered. */
async function takeTurn(question: Question): Promise<Answer> {
  const begun = turn.then(() => {
    if (failure !== undefined) throw failure.error;
    return begin(question);
  });
  turn = begun.catch(() => {});
  try {
    return await (await begun).answer;
  } catch (error) {
    failure ??= { error };
    throw error;
  }
}

/** Resolves when the next question may begin. The disk may delay the answer to a flush. */
async function begin(question: Question): Promise<{ readonly answer: Answer | Promise<Answer> }> {
  switch (question.kind) {
    case 'read':
      return { answer: worker.read(question.chunkId, question.chunk, question.context) };
    case 'prepare': {
      const { chunkId, verdict } = question;
      return { answer: { kind: 'prepared', chunkId, ...worker.prepare(chunkId, verdict) } };
    }
    case 'merge':
      await worker.merge(question.below);
      return { answer: { kind: 'merged' } };
    case 'flush': {
      const written = worker.flush(question.rows);
      return {
        answer: written.then((rows) => ({ kind: 'flushed', batch: encodeBatch(rows) })),
      };
    }
  }
}

function transferOf(answer: Answer): readonly ArrayBufferLike[] {
  switch (answer.kind) {
    case 'read':
      return [answer.versions.buffer, answer.actions.buffer, answer.pages.buffer];
    case 'prepared':
      return [answer.prepared.frame.buffer];
    case 'merged':
    case 'flushed':
      return [];
  }
}
