import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { PICTURE_TASKS } from '../submission/picture-tasks.js';
import { addSubmitPictureRoute } from './submit-picture-route.js';

export const detectionRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  addSubmitPictureRoute(
    app,
    PICTURE_TASKS.detection,
    {
      operationId: 'submitDetection',
      summary: 'Detect objects in a picture',
      requestSchema: 'DetectionRequest',
    },
    services,
  );
};
