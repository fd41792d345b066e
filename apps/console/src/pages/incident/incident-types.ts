import type { Operations } from '@countersign/client';

export type Incident = NonNullable<Operations['findingsIncident']['output']>;
export type Story = NonNullable<Operations['findingsStory']['output']>;
export type StoryNode = Story['nodes'][number];
export type StoryEdge = Story['edges'][number];
export type Foothold = Operations['eviction']['output'];
export type WorkItem = Incident['work'][number];

/** What one form changes. */
export type WorkChange = Omit<Operations['findingsMark']['input'], 'id'>;
