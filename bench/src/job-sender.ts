import type { DarkroomClient } from '@darkroom/client';
import type { Job } from '@darkroom/contracts';
import type { KeptConnections } from './kept-connections.js';

/** Sends jobs of one model with one picture. */
export interface JobSender {
  /** @param waitSeconds how long the service may hold its answer back; 0: not at all */
  submit(waitSeconds: number): Promise<Job>;
  waitForEnd(job: Job, waitSeconds: number): Promise<Job>;
}

/** The picture itself as the body, and next to no work for the client. */
export function plainSender(connections: KeptConnections, model: string, picture: Buffer): JobSender {
  return {
    submit: (waitSeconds) =>
      connections.ask({
        method: 'POST',
        path: `/v1/segmentation?model=${model}${waitSeconds > 0 ? `&wait=${waitSeconds}` : ''}`,
        contentType: 'image/png',
        body: picture,
      }),
    waitForEnd: ({ id }, waitSeconds) =>
      connections.ask({ method: 'GET', path: `/v1/jobs/${id}?wait=${waitSeconds}` }),
  };
}

/** The project's own client, which sends a form. */
export function clientSender(client: DarkroomClient, model: string, image: Buffer): JobSender {
  return {
    submit: (waitSeconds) =>
      client.submitSegmentation({ image, model }, waitSeconds > 0 ? { waitSeconds } : {}),
    waitForEnd: (job, waitSeconds) => client.job(job, { waitSeconds }),
  };
}
