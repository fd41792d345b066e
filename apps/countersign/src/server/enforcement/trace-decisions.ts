import type { OnDecision } from '../../enforcement/decisions/decision-durations.ts';
import { parseTraceparent } from '../../tracing/trace-context.ts';
import type { Tracer } from '../../tracing/tracer.ts';
import type { RequestHandler } from './enforcement-server.ts';

/** A span for each decision, from the request to the durable entry. */
export function decisionSpans(tracer: Tracer): OnDecision {
  return (enforcementPoint, outcome, durationMs) => {
    const attributes = { 'countersign.enforcement_point': enforcementPoint, outcome };
    tracer.record('decision', durationMs, attributes, outcome === 'failed' ? 'error' : undefined);
  };
}

/** Decisions continue the trace of their caller, if it states one. */
export function withTraces(answering: RequestHandler, tracer: Tracer | undefined): RequestHandler {
  if (tracer === undefined) return answering;
  return (request) => {
    const context = parseTraceparent(request.header('traceparent'));
    const answer = answering(request);
    if (context === undefined || !('answer' in answer)) return answer;
    return { ...answer, answer: () => tracer.within(context, answer.answer) };
  };
}
