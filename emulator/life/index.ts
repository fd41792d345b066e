export { lifeOf } from './life.ts';
