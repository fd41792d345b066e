import type { ProgressState } from '../../terminal/progress-line.ts';

/** The progress of operations that copy files. */
export function fileProgress(progress: unknown): ProgressState {
  const { task, files, filesTotal } = progress as {
    readonly task: string;
    readonly files: number;
    readonly filesTotal?: number;
  };
  return { task, records: files, recordsTotal: filesTotal };
}
