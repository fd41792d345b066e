import type { Answer } from '@countersign/client';
import { Subtitle1 } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { settingsTexts as t } from '../../texts/settings.ts';

const EVERY_MS = 15_000;

/** The health of the service, as load balancers and monitors read it. */
export function HealthSection() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => readHealth(signal),
    refetchInterval: EVERY_MS,
  });
  return (
    <section aria-labelledby="health">
      <Subtitle1 as="h2" id="health">
        {t.health}
      </Subtitle1>
      <QueryView query={health}>
        {(answer) => <AnswerBanner answer={answer} text={t.healthTexts[answer.kind]} level="h3" />}
      </QueryView>
    </section>
  );
}

/** Unhealthy is an answer with status 503, and no error. */
async function readHealth(signal: AbortSignal): Promise<Answer> {
  const response = await fetch('/api/v1/health', { signal });
  const body: unknown = await response.json();
  const answer = findAnswer(body);
  if (answer !== undefined) return answer;
  throw new Error(`The service replied with status ${response.status}.`);
}

function findAnswer(body: unknown): Answer | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { kind, because, answer } = body as {
    readonly kind?: unknown;
    readonly because?: unknown;
    readonly answer?: unknown;
  };
  if (kind === 'yes' || kind === 'no' || kind === 'unknown') {
    return { kind, because: Array.isArray(because) ? (because as Answer['because']) : [] };
  }
  return findAnswer(answer);
}
