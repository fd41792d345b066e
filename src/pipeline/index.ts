export { type CatchUpProgress, catchUp } from './catch-up.ts';
export { PipelineError, type PipelineErrorCode } from './errors.ts';
export { type ImportOptions, type ImportReport, importPaths } from './import.ts';
export type { Doer } from './own-entries.ts';
export type { ImportProgress } from './progress.ts';
export { closeWriter, openWriter, type Writer, type WriterOptions } from './writer.ts';
