/** A batch, an evaluation, an entity, its properties: nobody needs more below them. */
export const BODY_DEPTH_MAX = 24;
