import { answerRequests, startThread } from '@countersign/core';
import { nodeFiles } from '../disk/disk.ts';
import { type Job, type JobResult, performJob } from './merge-runs.ts';

/** A full table is written during a merge: both yield to the event loop. */
const { port } = startThread<undefined>();
answerRequests<Job, JobResult>(port, (job) => performJob(nodeFiles, job));
