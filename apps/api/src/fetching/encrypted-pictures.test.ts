import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { GENERATOR, GeneratorModels } from '../testing/generator-model.js';
import { PictureServer, picture } from '../testing/picture-server.js';
import { selfSignedCertificate } from '../testing/self-signed-certificate.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { jsonSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

const certificate = selfSignedCertificate();

describe.skipIf(certificate === null)('a picture over https', () => {
  let server: PictureServer;

  beforeAll(async () => {
    server = await PictureServer.start({ '/cat.png': picture(await testPhoto()) }, certificate!);
  });
  afterAll(() => {
    server.stop();
    certificate!.remove();
  });

  async function withService(
    variables: Readonly<Record<string, string>>,
    use: (submit: (url: string) => Promise<Response>) => Promise<void>,
  ): Promise<void> {
    const allowed = { ALLOWED_PRIVATE_HOSTS: server.host, ...variables };
    const service: RunningService = await startService({ models: [], ownProcess: true, variables: allowed });
    try {
      (await GeneratorModels.open(service)).close();
      await use((image) =>
        service.fetch('/v1/generation', jsonSubmission({ model: GENERATOR, prompt: 'a boat', image })),
      );
    } finally {
      await service.stop();
    }
  }

  it('is fetched from the host that its certificate is for', async () => {
    await withService({ NODE_EXTRA_CA_CERTS: certificate!.path }, async (submit) => {
      const answer = await submit(`https://localhost:${server.port}/cat.png`);
      expect(answer.status).toBe(202);
      expect(await answer.json()).toMatchObject({ input: { image: { file_name: 'cat.png' } } });
      const other = await expectProblem(await submit(`https://${server.host}/cat.png`), 'url_not_fetched');
      expect(other.detail).toContain('its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)');
    });
  });

  it('is not fetched where nobody vouches for the certificate', async () => {
    await withService({}, async (submit) => {
      const answer = await submit(`https://localhost:${server.port}/cat.png`);
      const { detail } = await expectProblem(answer, 'url_not_fetched');
      expect(detail).toContain('its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)');
    });
  });
});
