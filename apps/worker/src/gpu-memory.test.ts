import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGpuMemory, isNvidiaGpu } from './gpu-memory.js';
import { listGpus } from './list-gpus.js';

const MIB = 1024 ** 2;
const TWO_GPUS = 'GPU-aaaa-1, 512, 24576\nGPU-bbbb-2, 1024, 81920\n';

/** In place of the real one, and of the shell's alone: answers with the fields of `gpus.csv`. */
const FAKE_NVIDIA_SMI = `#!/bin/sh
[ "$2" = --format=csv,noheader,nounits ] || exit 2
while read -r gpu; do
  uuid="\${gpu%%,*}"
  case "$1 $3" in
    "--query-gpu=uuid ") echo "$uuid" ;;
    "--query-gpu=memory.used,memory.total --id=$uuid") echo "\${gpu#*,}" ;;
  esac
done < "\${0%/*}/gpus.csv"
`;

let folder: string;
const path = process.env.PATH;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-nvidia-smi-'));
  await writeFile(join(folder, 'nvidia-smi'), FAKE_NVIDIA_SMI);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  // Nothing else: this machine may have the real one.
  process.env.PATH = folder;
});
afterEach(async () => {
  process.env.PATH = path;
  await rm(folder, { recursive: true });
});

const show = (gpus: string) => writeFile(join(folder, 'gpus.csv'), gpus);

describe('the memory of a GPU', () => {
  it.each([
    { device: 'cuda:1', leasedUuid: null, visibleDevices: undefined, uuid: 'GPU-bbbb-2' },
    { device: 'cuda:0', leasedUuid: null, visibleDevices: undefined, uuid: 'GPU-aaaa-1' },
    { device: 'auto', leasedUuid: null, visibleDevices: undefined, uuid: 'GPU-aaaa-1' },
    { device: 'cuda:0', leasedUuid: 'GPU-bbbb-2', visibleDevices: undefined, uuid: 'GPU-bbbb-2' },
    { device: 'cuda:0', leasedUuid: 'GPU-cccc-3', visibleDevices: undefined, uuid: null },
    { device: 'cuda:2', leasedUuid: null, visibleDevices: undefined, uuid: null },
    { device: 'cpu', leasedUuid: null, visibleDevices: undefined, uuid: null },
    { device: 'webgpu', leasedUuid: null, visibleDevices: undefined, uuid: null },
    { device: 'cuda:0', leasedUuid: null, visibleDevices: '1,0', uuid: 'GPU-bbbb-2' },
    { device: 'cuda:1', leasedUuid: null, visibleDevices: '1, 0', uuid: 'GPU-aaaa-1' },
    { device: 'auto', leasedUuid: null, visibleDevices: 'GPU-bbbb', uuid: 'GPU-bbbb-2' },
    { device: 'cuda:1', leasedUuid: null, visibleDevices: '1', uuid: null },
    { device: 'auto', leasedUuid: null, visibleDevices: 'MIG-GPU-aaaa-1/1/0', uuid: null },
  ])(
    'is that of $uuid for $device, $leasedUuid leased, $visibleDevices visible',
    async ({ uuid, ...choice }) => {
      await show(TWO_GPUS);
      const read = await findGpuMemory(choice);
      expect((await read?.())?.uuid ?? null).toBe(uuid);
    },
  );

  it('is read anew each time, in bytes', async () => {
    await show(TWO_GPUS);
    const read = (await findGpuMemory({ device: 'cuda:1', leasedUuid: null, visibleDevices: undefined }))!;
    expect(await read()).toEqual({ uuid: 'GPU-bbbb-2', usedBytes: 1024 * MIB, totalBytes: 81920 * MIB });
    await show(TWO_GPUS.replace('1024', '2048'));
    expect((await read())?.usedBytes).toBe(2048 * MIB);
  });

  it('is unknown while nvidia-smi fails, and where a GPU does not tell', async () => {
    const choice = { device: 'cuda:0', leasedUuid: null, visibleDevices: undefined };
    await show('GPU-aaaa-1, [N/A], [N/A]\nGPU-bbbb-2, 1024, 81920\n');
    expect(await findGpuMemory(choice)).toBeNull();
    const second = await findGpuMemory({ ...choice, device: 'cuda:1' });
    await rm(join(folder, 'gpus.csv'));
    expect(await second!()).toBeNull();
    await rm(join(folder, 'nvidia-smi'));
    expect(await findGpuMemory(choice)).toBeNull();
  });
});

it('the GPUs of the machine are listed by their UUIDs', async () => {
  await show(TWO_GPUS);
  expect(await listGpus()).toEqual(['GPU-aaaa-1', 'GPU-bbbb-2']);
  await rm(join(folder, 'nvidia-smi'));
  expect(await listGpus()).toEqual([]);
});

it('only CUDA’s devices are such GPUs', () => {
  expect(['cuda:0', 'cuda:12', 'cpu', 'webgpu', 'cuda:auto'].map(isNvidiaGpu)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
