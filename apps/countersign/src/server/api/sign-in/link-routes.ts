import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { localIdentity } from '../../../operators/identity.ts';
import { LINK_PATH } from '../../../operators/links/create-link.ts';
import type { LinkTable } from '../../../operators/links/link-table.ts';
import { hashOf, SECRET } from '../../../operators/sessions/secret.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import { ProblemError, refuse } from '../http/problem.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import { LINK_PAGE, LINK_PAGE_POLICY } from './link-page.ts';
import { LINK_API_PATH } from './paths.ts';

export type LinkDeps = {
  readonly links: LinkTable;
  readonly browser: BrowserSessions;
  readonly clock: ValidityClock;
};

const BODY: z.ZodType<{ readonly secret: string }> = z.strictObject({
  secret: z.string().regex(SECRET),
});

/** The page of a one-time link, and the exchange of its secret for a session. */
export function linkRoutes(deps: LinkDeps): Hono {
  const app = new Hono();
  app.get(LINK_PATH, (context) =>
    context.html(LINK_PAGE, 200, {
      'content-security-policy': LINK_PAGE_POLICY,
      'x-frame-options': 'DENY',
    }),
  );
  app.post(LINK_API_PATH, (context) => exchange(context, deps));
  return app;
}

async function exchange(context: Context, { links, browser, clock }: LinkDeps): Promise<Response> {
  browser.needOwnSite(context);
  browser.needSecureTransport(context);
  const body = BODY.safeParse(await context.req.json().catch(() => undefined));
  const nowMs = clock.now();
  const link = body.success ? links.take(hashOf(body.data.secret), nowMs) : undefined;
  if (link === undefined) {
    const cure = 'create another with "countersign operators link"';
    refuse(403, 'link', `this link is unknown, too old or was used: ${cure}`);
  }
  try {
    const local = localIdentity(link.name, link.roles);
    const identity = link.use === 'passkey' ? { ...local, passkeyLink: link.id } : local;
    const proof = { identity, provedMs: nowMs, idToken: null };
    await browser.begin(context, proof, { what: 'operator-signed-in', link: link.id });
  } catch (error) {
    // Nothing was recorded, so the link is as good as before.
    if (error instanceof ProblemError && error.problem.status === 503) links.giveBack(link.id);
    throw error;
  }
  return context.json({ returnTo: '/', passkey: link.use === 'passkey' });
}
