import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import type { Finding } from './finding.js';

/** What was read of a graph, or what doesn't fit. */
export interface ReadGraph<Value> {
  readonly value?: Value;
  readonly findings?: readonly Finding[];
}

/** Inputs or outputs, for people. */
export function listOf(specs: readonly TensorSpec[]): string {
  return specs.length === 0 ? 'nothing' : specs.map(describeSpec).join(', ');
}
