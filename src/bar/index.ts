export { type Fact, parseFacts, type Recorded } from './fact.ts';
export {
  type Evidence,
  type MatrixCell,
  type MatrixRow,
  matrixOf,
  type Proof,
  type ReadPath,
  type SeenEvents,
  type SourceCoverage,
} from './matrix.ts';
export { parseRequests, type Request, type Tested, testedOf } from './request.ts';
