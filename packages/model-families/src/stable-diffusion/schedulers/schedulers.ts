import { nearestName, type SchedulerName } from '@darkroom/contracts';
import { ddim } from './ddim.js';
import { dpmSolverMultistep } from './dpm-solver-multistep.js';
import { euler } from './euler.js';
import { eulerAncestral } from './euler-ancestral.js';
import { lcm } from './lcm.js';
import { pndm } from './pndm.js';
import { type SchedulerConfig, SchedulerConfigError } from './scheduler-config.js';
import type { ConfiguredScheduler, SchedulerKind } from './scheduler-kind.js';

/** By what diffusers calls them, in `_class_name` of a configuration. */
const KINDS_BY_CLASS: Readonly<Record<string, SchedulerKind>> = {
  DDIMScheduler: ddim,
  PNDMScheduler: pndm,
  EulerDiscreteScheduler: euler,
  EulerAncestralDiscreteScheduler: eulerAncestral,
  DPMSolverMultistepScheduler: dpmSolverMultistep,
  LCMScheduler: lcm,
};

interface NamedScheduler {
  readonly className: string;
  /** What the name says beyond the class. */
  readonly fields?: SchedulerConfig;
}

const DPM_SOLVER_2M = { algorithm_type: 'dpmsolver++', solver_order: 2 };

/** Those that a request can choose in place of the model's own. */
const NAMED_SCHEDULERS = {
  ddim: { className: 'DDIMScheduler' },
  pndm: { className: 'PNDMScheduler' },
  euler: { className: 'EulerDiscreteScheduler' },
  euler_ancestral: { className: 'EulerAncestralDiscreteScheduler' },
  'dpm++_2m': {
    className: 'DPMSolverMultistepScheduler',
    fields: { ...DPM_SOLVER_2M, use_karras_sigmas: false },
  },
  'dpm++_2m_karras': {
    className: 'DPMSolverMultistepScheduler',
    fields: { ...DPM_SOLVER_2M, use_karras_sigmas: true },
  },
  lcm: { className: 'LCMScheduler' },
} as const satisfies Readonly<Record<SchedulerName, NamedScheduler>>;

export interface SchedulerChoice {
  /** Another scheduler than the model's own. */
  readonly name?: SchedulerName;
  /**
   * Whether fields are mended as diffusers' `StableDiffusionPipeline` and its image to image do it, those of other
   * pipelines not: old configurations say another `steps_offset` than 1, and clip latents, which are not made for it.
   */
  readonly isMended?: boolean;
}

/**
 * The scheduler of a model, or another one with what it takes of the model's configuration, as `from_config` of
 * diffusers makes it.
 * @throws SchedulerConfigError when diffusers' class isn't known, or a field can't be used
 */
export function configureScheduler(
  config: SchedulerConfig,
  { name, isMended = false }: SchedulerChoice = {},
): ConfiguredScheduler {
  const named: NamedScheduler | undefined = name && NAMED_SCHEDULERS[name];
  const className = named?.className ?? config._class_name;
  const isOwn = className === config._class_name;
  const mended = isMended ? mend(config, isOwn) : config;
  return kindOf(className).configure({ ...mended, ...named?.fields });
}

/** @param isOwn whether a field counts that is not there, too; another scheduler has its own defaults */
function mend(config: SchedulerConfig, isOwn: boolean): SchedulerConfig {
  const mended = { steps_offset: 1, clip_sample: false };
  const there = Object.entries(mended).filter(([field]) => isOwn || Object.hasOwn(config, field));
  return { ...config, ...Object.fromEntries(there) };
}

function kindOf(className: unknown): SchedulerKind {
  const known = Object.keys(KINDS_BY_CLASS);
  if (typeof className === 'string' && known.includes(className)) return KINDS_BY_CLASS[className]!;
  const nearest = typeof className === 'string' ? nearestName(className, known) : null;
  const got = className === undefined ? 'nothing' : JSON.stringify(className).slice(0, 60);
  const remedy = nearest ? `; did you mean ${nearest}?` : '';
  const detail = `expected one of ${known.join(', ')}, got ${got}${remedy}`;
  throw new SchedulerConfigError([{ pointer: '#/_class_name', detail }]);
}
