export { lifeOf } from './life.ts';
export { messageFile } from './message-file.ts';
