export * from './answer.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './instant.ts';
export * from './interval.ts';
export * from './limits.ts';
export * from './record.ts';
