import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { PICTURE_TASKS } from '../submission/picture-tasks.js';
import { addSubmitPictureRoute } from './submit-picture-route.js';

export const segmentationRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  addSubmitPictureRoute(
    app,
    PICTURE_TASKS.segmentation,
    {
      operationId: 'submitSegmentation',
      summary: 'Segment a picture',
      requestSchema: 'SegmentationRequest',
    },
    services,
  );
};
