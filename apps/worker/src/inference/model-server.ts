import { DarkroomError, type JobStage } from '@darkroom/contracts';
import { decodeImage, ImageRejectedError } from '@darkroom/imaging';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { stageProgress } from '@darkroom/jobs';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';

type Open = Extract<ToInferenceProcess, { type: 'open' }>;
type Run = Extract<ToInferenceProcess, { type: 'run' }>;
