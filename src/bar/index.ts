export {
  type Conformance,
  compare,
  type DelayComparison,
  type ErrorComparison,
  type FieldDifference,
  type KindComparison,
  type Seen,
} from './conformance/compare.ts';
export {
  type Delays,
  type Description,
  descriptionText,
  parseDescription,
} from './conformance/description.ts';
export { VALUE_FORMS, type ValueForm } from './conformance/field.ts';
export { type KindShape, ShapeBook } from './conformance/shapes.ts';
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
