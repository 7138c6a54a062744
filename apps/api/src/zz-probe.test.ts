import { Redis } from 'ioredis';
import { it } from 'vitest';
import { startService } from './testing/start-service.js';
import { formSubmission } from './testing/submission.js';
import { testPhoto } from './testing/test-photo.js';

it('probe', { timeout: 560_000 }, async () => {
  const photo = await testPhoto();
  for (let i = 0; i < 40; i++) {
    const service = await startService({ models: ['quick', 'away'] });
    const t = performance.now();
    const job: any = await (await service.fetch('/v1/segmentation?wait=8', formSubmission(photo, { model: 'quick', outputs: ['overlay', 'logits'] }))).json();
    if (job.status !== 'succeeded') {
      const redis = new Redis(service.redis.url);
      console.log('STUCK', i, job.status, JSON.stringify(job.progress), 'attempts', job.attempts);
      for (const key of (await redis.keys('*')).sort()) {
        const type = await redis.type(key);
        const v = type === 'string' ? await redis.getrange(key, 0, 60) : type === 'list' ? await redis.lrange(key, 0, -1) : type === 'zset' ? await redis.zrange(key, '0', '-1', 'WITHSCORES') : type === 'hash' ? Object.keys(await redis.hgetall(key)) : type === 'stream' ? JSON.stringify(await redis.xrange(key, '-', '+')).slice(0, 700) : type;
        console.log('KEY', key, type, String(v).slice(0, 700));
      }
      console.log('CLIENTS', await redis.client('LIST'));
      console.log('WORKER', service.worker!.output.slice(-4000));
      const later: any = await service.job(job.id, 30);
      console.log('LATER', later.status, Math.round(performance.now() - t));
      redis.disconnect();
      await service.stop();
      return;
    }
    await service.stop();
  }
  console.log('NEVER STUCK');
});
